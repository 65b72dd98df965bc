import { Banner } from './banner.jsx';

export default function Page() {
  return <Banner />;
}
