using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Waking up on new blocks through a WebSocket that a proxy can cut or silence.</summary>
public sealed class HeadWatchTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_block_wakes_and_many_are_one_hint()
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var watch = Watch(proxy, Long);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));          // the connection itself
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));
        await chain.Anvil.Mine(5, Cancel);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));
        var hints = 1;
        while (await watch.Wait(TimeSpan.FromMilliseconds(300), Cancel) == HeadHint.Woken) hints++;
        Assert.InRange(hints, 1, 5);
    }

    [Fact]
    public async Task Without_sockets_a_wait_ends_by_its_time()
    {
        await using var watch = new HeadWatch(chain.Options, TimeProvider.System);
        Assert.Equal(HeadHint.TimeOver, await watch.Wait(TimeSpan.FromMilliseconds(20), Cancel));
    }

    [Theory]
    [InlineData(RpcFault.DroppedSocket)]
    [InlineData(RpcFault.SilentSocket)]
    public async Task A_socket_that_is_cut_or_falls_silent_is_replaced(RpcFault fault)
    {
        await using var proxy = FaultyRpc.Start(chain.Anvil.Rpc, FaultPlan.None);
        await using var watch = Watch(proxy, TimeSpan.FromSeconds(1));
        await watch.Wait(Long, Cancel);
        proxy.Inject(fault, times: 1);
        await chain.Anvil.Mine(1, Cancel);                                      // the message that the fault meets
        while (watch.Sockets[0].Connections < 2) await Task.Delay(20, Cancel);
        Assert.Equal(1, proxy.Injected[fault]);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));           // so that what was missed is looked for
        await chain.Anvil.Mine(1, Cancel);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));
    }

    [Fact]
    public async Task A_socket_of_another_chain_wakes_nobody()
    {
        await using var watch = new HeadWatch(
            chain.Options with { ChainId = 56, Sockets = [new UriBuilder(chain.Anvil.Rpc) { Scheme = "ws" }.Uri] }, Long, TimeProvider.System);
        while (watch.Sockets[0].LastFault is null) await Task.Delay(20, Cancel);
        Assert.Equal("The socket serves chain 31337, but chain 56 is configured.", watch.Sockets[0].LastFault);
        Assert.Equal(0, watch.Sockets[0].Connections);
    }

    [Fact]
    public async Task An_endpoint_that_comes_later_is_found()
    {
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        await using var watch = new HeadWatch(chain.Options with { Sockets = [new Uri($"ws://127.0.0.1:{port}")] }, Long, TimeProvider.System);
        while (watch.Sockets[0].LastFault is null) await Task.Delay(20, Cancel);
        await using var late = await Anvil.Start(new AnvilOptions { BinaryPath = DevelopmentChain.AnvilPath, BlockTime = null, Port = port }, Cancel);
        Assert.Equal(HeadHint.Woken, await watch.Wait(Long, Cancel));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[1,2]")]
    [InlineData("too much")]
    public async Task What_is_no_answer_ends_the_connection(string said)
    {
        using var listener = new HttpListener();
        var address = Listen(listener);
        var serving = Serve(listener, said == "too much" ? new string(' ', 300_000) : said);
        await using (var watch = new HeadWatch(chain.Options with { Sockets = [address] }, Long, TimeProvider.System))
        {
            while (watch.Sockets[0].LastFault is null) await Task.Delay(20, Cancel);
            Assert.Equal(0, watch.Sockets[0].Connections);
        }
        listener.Close();
        await serving;
    }

    private HeadWatch Watch(FaultyRpc proxy, TimeSpan silenceMax) => new(chain.Options with { Sockets = [proxy.Socket] }, silenceMax, TimeProvider.System);

    private static Uri Listen(HttpListener listener)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        return new Uri($"ws://127.0.0.1:{port}/");
    }

    private static async Task Serve(HttpListener listener, string said)
    {
        try
        {
            while (true)
            {
                var accepted = await (await listener.GetContextAsync()).AcceptWebSocketAsync(null);
                for (var i = 0; i < 20; i++) await accepted.WebSocket.SendAsync(Encoding.UTF8.GetBytes(said), WebSocketMessageType.Text, true, Cancel);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or WebSocketException or InvalidOperationException or IOException)
        {
            // The test is over, or the client has had enough.
        }
    }
}
