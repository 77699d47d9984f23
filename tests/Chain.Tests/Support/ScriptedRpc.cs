using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace SwarmCompute.Chain.Tests.Support;

/// <summary>
/// An endpoint that says what a test tells it to, for what anvil will not do: stall, flood, lie. It speaks just enough HTTP/1.1, one
/// request a connection.
/// </summary>
public sealed class ScriptedRpc : IAsyncDisposable
{
    /// <summary>Stands for the id of the request that is answered.</summary>
    public const string AnyId = "\"id\":1";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, JsonArray, string?> _answer;
    private readonly Task _serving;

    /// <summary>Serves.</summary>
    /// <param name="answer">From method and parameters to the whole body of the answer; null to say nothing, ever.</param>
    /// <param name="status">The HTTP status line's code and reason.</param>
    public ScriptedRpc(Func<string, JsonArray, string?> answer, string status = "200 OK")
    {
        _answer = answer;
        _listener.Start();
        Uri = new Uri($"http://{_listener.LocalEndpoint}");
        _serving = Serve(status);
    }

    public Uri Uri { get; }

    /// <summary>How long it thinks before each answer.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Further lines of the answer's head, each with its line end.</summary>
    public string Headers { get; init; } = "";

    /// <summary>A body with a result.</summary>
    public static string Result(JsonNode? result) => new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = result }.ToJsonString();

    /// <summary>A body with an error.</summary>
    public static string Error(string message, string? data = null)
    {
        var error = new JsonObject { ["code"] = -32000, ["message"] = message };
        if (data is not null) error["data"] = data;
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["error"] = error }.ToJsonString();
    }

    public ChainOptions Options(ulong chainId = 31337) => new()
    {
        Rpc = Uri,
        ChainId = chainId,
        OrderBook = SwarmCompute.Address.Parse("0x00000000000000000000000000000000000000aa"),
        EscrowVault = SwarmCompute.Address.Parse("0x00000000000000000000000000000000000000bb"),
        Token = SwarmCompute.Address.Parse("0x00000000000000000000000000000000000000cc"),
    };

    public ChainClient Client(ChainOptions? options = null) => ChainClient.Open(options ?? Options(), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task Serve(string status)
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(Answer(await _listener.AcceptTcpClientAsync(_stop.Token), status));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task Answer(TcpClient connection, string status)
    {
        using (connection)
        {
            try
            {
                var stream = connection.GetStream();
                var request = JsonNode.Parse(await ReadBody(stream))!;
                await Task.Delay(Delay, _stop.Token);
                var body = _answer(request["method"]!.GetValue<string>(), request["params"]!.AsArray());
                if (body is null) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                var bytes = Encoding.UTF8.GetBytes(body!.Replace(AnyId, string.Create(CultureInfo.InvariantCulture, $"\"id\":{request["id"]!.GetValue<long>()}"), StringComparison.Ordinal));
                var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\n{Headers}Content-Length: {bytes.Length}\r\nConnection: close\r\n\r\n");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
                await stream.WriteAsync(bytes, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The test is over, or the client has had enough: both are what tests here are about.
            }
        }
    }

    private async Task<string> ReadBody(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) length = int.Parse(line[15..], CultureInfo.InvariantCulture);
        }
        var body = new char[length];
        var read = await reader.ReadBlockAsync(body, _stop.Token);
        return length > 0 && read == length ? new string(body) : throw new EndOfStreamException("The client went away.");
    }
}
