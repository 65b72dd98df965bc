require 'socket'
require 'uri'
require 'websocket/driver'

# The interface that the driver expects of a connection.
class Connection
  attr_reader :url

  def initialize(url)
    @url = url
    @socket = TCPSocket.new(URI(url).host, URI(url).port)
  end

  def write(bytes)
    @socket.write(bytes)
  end

  def read
    @socket.readpartial(65_536)
  end
end

PIECE = 10_000
size, remote = ENV['SIZE'].to_i, ENV['END'] == 'remote'
data = Array.new(size) { |i| i % 251 }.pack('C*')
got = String.new(encoding: Encoding::BINARY)
sent = 0
code = nil

connection = Connection.new(ENV['URL'])
driver = WebSocket::Driver.client(connection, protocols: ['binary'])
# The client does not read while it sends, so it sends in pieces.
send_piece = lambda do
  driver.binary(data.byteslice(sent, PIECE))
  sent = [sent + PIECE, size].min
end
driver.on(:open) { send_piece.call }
driver.on(:message) do |event|
  got << event.data.pack('C*')
  next if got.bytesize < sent

  if sent < size
    send_piece.call
  elsif remote
    driver.binary('bye')
  else
    driver.close('', 1000)
  end
end
driver.on(:close) { |event| code = event.code }
driver.start
driver.parse(connection.read) while code.nil?
puts "#{driver.protocol} #{got == data} #{code}"
