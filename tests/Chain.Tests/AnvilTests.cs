using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SwarmCompute.Chain.Development;
using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>The development chain as a process.</summary>
public sealed class AnvilTests
{
    private static readonly AnvilOptions Options = new() { BinaryPath = DevelopmentChain.AnvilPath };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_ends_with_its_object()
    {
        var anvil = await Anvil.Start(Options, Cancel);
        var process = anvil.ProcessId;
        Assert.False(Process.GetProcessById(process).HasExited);
        await anvil.DisposeAsync();
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(process));
    }

    [Fact]
    public async Task It_makes_blocks_by_itself_at_the_given_pace()
    {
        await using var anvil = await Anvil.Start(Options with { BlockTime = TimeSpan.FromMilliseconds(50) }, Cancel);
        var contracts = await Deployment.DeployDevelopment(anvil.Rpc, Anvil.Accounts[0], Cancel);
        await using var client = await ChainClient.Connect(contracts, Cancel);
        var first = await client.LatestBlock(Cancel);
        while (await client.LatestBlock(Cancel) < first + 3) await Task.Delay(20, Cancel);
        Assert.True(await client.FinalizedBlock(Cancel) > 0);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var failure = await Assert.ThrowsAsync<ChainException>(() => Anvil.Start(Options with { Port = ((IPEndPoint)listener.LocalEndpoint).Port }, Cancel));
        Assert.Contains("Address already in use", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_program_is_named_with_its_cure()
    {
        var failure = await Assert.ThrowsAsync<ChainException>(() => Anvil.Start(new AnvilOptions { BinaryPath = "/nowhere/anvil" }, Cancel));
        Assert.Equal("There is no anvil at /nowhere/anvil; run `npm ci` in native/.", failure.Message);
    }

    [Fact]
    public async Task A_program_that_never_listens_is_given_up_on()
    {
        using var folder = new TemporaryFolder();
        var program = folder.Script("anvil", "exec sleep 600");
        var failure = await Assert.ThrowsAsync<ChainException>(
            () => Anvil.Start(new AnvilOptions { BinaryPath = program, StartTimeout = TimeSpan.FromMilliseconds(300) }, Cancel));
        Assert.Equal(ChainErrorKind.Timeout, failure.Kind);
    }

    [Fact]
    public async Task The_test_token_is_not_deployed_on_a_main_network()
    {
        await using var anvil = await Anvil.Start(Options with { ChainId = 56 }, Cancel);
        var failure = await Assert.ThrowsAsync<ChainException>(() => Deployment.DeployDevelopment(anvil.Rpc, Anvil.Accounts[0], Cancel));
        Assert.Equal(ChainErrorKind.WrongChain, failure.Kind);
    }

    [Fact]
    public async Task Signatures_are_checked_without_the_precompile_too()
    {
        var chain = new DevelopmentChain { Hardfork = "cancun" };
        await using (chain)
        {
            await chain.InitializeAsync();
            using var script = new OrderScript(chain);
            await script.Place(deposit: 10, unitPrice: 1, slots: 1, Cancel);
            await script.Assign(slot: 0, epoch: 1, Cancel);
            await script.Submit(epoch: 1, units: 4, Cancel);
            Assert.Equal((UInt128)4, (await chain.BookOf(DevelopmentChain.Sender).Read(script.Order, finalized: false, Cancel))!.Units);
        }
    }

    [Fact]
    public async Task An_order_expires_when_the_chains_clock_says_so()
    {
        await using var chain = new DevelopmentChain();
        await chain.InitializeAsync();
        var book = chain.BookOf(DevelopmentChain.Customer);
        using var script = new OrderScript(chain);
        var request = await script.Request(deposit: 5, unitPrice: 1, slots: 1, Cancel);
        var (order, _) = await book.PlaceOrder(request with { EndsAt = request.EndsAt.AddDays(-100).AddHours(1) }, [], Cancel);
        Assert.Equal("NotYetEnded", (await Assert.ThrowsAsync<ChainException>(() => book.Expire(order, Cancel))).ErrorName);
        await chain.Anvil.AdvanceTime(TimeSpan.FromHours(2), Cancel);
        await book.Expire(order, Cancel);
        Assert.Equal(new Wei(5), (await book.Read(order, finalized: false, Cancel))!.Refunded);
    }
}
