using System.Net.Sockets;
using System.Text;

// videograin-probe URL: exit code 0 when a GET answers 200 within four seconds, 1 when it does not, 2 when the URL is none.
// A bare socket, because an HTTP client makes the file ten times as large.
if (args.Length != 1 || !Uri.TryCreate(args[0], UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
{
    Console.Error.WriteLine("usage: videograin-probe http://HOST:PORT/PATH");
    return 2;
}

const string good = "HTTP/1.1 200 ";
var answer = new byte[good.Length];
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4));
try
{
    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
    await socket.ConnectAsync(url.Host, url.Port, patience.Token);
    await using var stream = new NetworkStream(socket);
    await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n"), patience.Token);
    await stream.ReadExactlyAsync(answer, patience.Token);
}
catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
{
    Console.Error.WriteLine($"{url}: {exception.Message}");
    return 1;
}

var status = Encoding.ASCII.GetString(answer);
if (status == good) return 0;
Console.Error.WriteLine($"{url}: {status.TrimEnd()}");
return 1;
