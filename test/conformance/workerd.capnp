# The suite as a Worker's test. Every file of the bundle must be listed.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "internet", network = (allow = ["private"])),
    (name = "suite", worker = (
      compatibilityDate = "2026-11-01",
      modules = [
        (name = "agent-workerd.js", esModule = embed "../../dist/conformance/agent-workerd.js"),
        (name = "shared-examine.js", esModule = embed "../../dist/conformance/shared-examine.js"),
        (name = "shared-inbox.js", esModule = embed "../../dist/conformance/shared-inbox.js"),
      ],
      bindings = [(name = "ORIGIN", fromEnvironment = "ORIGIN")],
    )),
  ],
);
