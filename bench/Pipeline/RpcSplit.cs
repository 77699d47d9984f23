using System.Net;
using System.Net.Sockets;

namespace SwarmCompute.Bench;

/// <summary>A model that llama.cpp itself splits over servers of its own, each a process with one thread.</summary>
internal sealed class RpcSplit : IAsyncDisposable
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(60), AnswerPause = TimeSpan.FromMilliseconds(20);

    private readonly List<BenchProcess> _servers = [];
    private BenchProcess _client = null!;

    public static async Task<RpcSplit> Start(string libraries, string rpcLibrary, string model, int servers, int contextTokens, CancellationToken cancel)
    {
        var split = new RpcSplit();
        try
        {
            int[] ports = [.. Enumerable.Range(0, servers).Select(_ => FreePort.Find())];
            foreach (var port in ports)
            {
                var server = BenchProcess.Start("rpc-server");
                split._servers.Add(server);
                await server.Send<RpcCommand>(new RpcCommand.Serve(libraries, rpcLibrary, port), cancel);
            }
            foreach (var port in ports) await AwaitServer(port, cancel);
            split._client = BenchProcess.Start("rpc-client");
            await split._client.Send<RpcCommand>(new RpcCommand.Split(libraries, rpcLibrary, model, ports, contextTokens), cancel);
            await split._client.Expect<StageReply.Loaded>(cancel);
            return split;
        }
        catch
        {
            await split.DisposeAsync();
            throw;
        }
    }

    public async Task<StageAnswer> Generate(int[] prompt, int tokens, CancellationToken cancel)
    {
        await _client.Send<RpcCommand>(new RpcCommand.Generate(prompt, tokens), cancel);
        return (await _client.Expect<StageReply.RpcGenerated>(cancel)).Answer;
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var server in _servers) await server.DisposeAsync();
    }

    private static async Task AwaitServer(int port, CancellationToken cancel)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(AnswersWithin);
        while (true)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, bound.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(AnswerPause, bound.Token);                       // it is still starting
            }
        }
    }
}
