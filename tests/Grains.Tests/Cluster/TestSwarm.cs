using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using Orleans.TestingHost;
using SwarmCompute.Grains.ChainFeed;
using SwarmCompute.Grains.Settlement;
using SwarmCompute.Grains.Webhooks;

namespace SwarmCompute.Grains.Tests.Cluster;

/// <summary>A cluster in this process with the real grains, a chain in memory, and nodes that are played.</summary>
internal sealed class TestSwarm : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly List<string> _faults = [];
    private FakeTimeProvider? _time;

    private TestSwarm(InProcessTestCluster cluster) => _cluster = cluster;

    public FakeChain Chain { get; private init; } = new();

    public StoredStates Stored { get; private init; } = new();

    public PlayedReceiver Receiver { get; private init; } = new();

    public GuestForge Forge { get; } = new();

    public IGrainFactory Grains => _cluster.Client;

    public InProcessTestCluster Cluster => _cluster;

    public List<TestNode> Nodes { get; } = [];

    /// <summary>What failed, and was tried again.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Starts silos.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="time">The grains' clock; the runtime keeps its own, and moving this one is the test's affair.</param>
    public static async Task<TestSwarm> Start(int silos = 1, FakeTimeProvider? time = null)
    {
        var chain = new FakeChain();
        var stored = new StoredStates();
        var receiver = new PlayedReceiver();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            if (time is not null) Use(time, silo.Services);
            silo.Services.AddGrainStorage(SwarmGrainsHosting.StorageName, (services, _) => new SharedStorage(services.GetRequiredService<IGrainStorageSerializer>(), stored));
            silo.Services.AddSingleton(new ChainFeedOptions { Period = TimeSpan.FromMilliseconds(20) });
            silo.Services.AddSingleton(GuestForge.Chain).AddSingleton<IChainReader>(chain).AddSingleton<IChainWriter>(chain).AddSingleton<IWebhookSender>(receiver);
            silo.AddSwarmGrains();
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new TestSwarm(cluster) { Chain = chain, Stored = stored, Receiver = receiver, _time = time };
    }

    public TestNode AddNode(string id, int slots, string incarnation = "1")
    {
        var node = new TestNode(Grains, Forge, id, slots, incarnation);
        Nodes.Add(node);
        return node;
    }

    /// <summary>Places an order once the swarm has its manifest and knows every node.</summary>
    public async Task<OrderId> PlaceOrder(int stages, CancellationToken cancel, bool standby = false)
    {
        await Joined(cancel);
        var manifest = Forge.Manifest(stages, standby);
        await Grains.Manifest(manifest.Hash).Put(manifest.ToCanonicalBytes(), cancel);
        return Chain.Place(manifest);
    }

    /// <summary>Waits until the registry knows every node.</summary>
    public async Task Joined(CancellationToken cancel)
    {
        for (var step = 0; step < 600; step++)
        {
            foreach (var node in Nodes) await node.Sync(cancel);
            var known = await Grains.Nodes().List(cancel);
            if (Nodes.All(n => known.Any(k => k.Description.Id == n.Id && k.Incarnation == n.Incarnation))) return;
            _time?.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(20, cancel);
        }
        throw new TimeoutException("The registry never knew every node.");
    }

    /// <summary>Lets the swarm live, a step at a time, until the order shows what is asked for.</summary>
    public async Task<OrderSnapshot> Until(OrderId order, Func<OrderSnapshot, bool> shows, CancellationToken cancel)
    {
        OrderSnapshot? last = null;
        for (var step = 0; step < 600; step++)
        {
            await StepOrFail(cancel);
            last = await ReadOrFail(order, cancel) ?? last;
            if (last is not null && shows(last)) return last;
            _time?.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(20, cancel);
        }
        throw new TimeoutException($"Order {order} still shows {last}: {string.Join("; ", last?.Leases ?? [])} | {string.Join("; ", last?.Lost ?? [])} | {string.Join("; ", _faults.TakeLast(3))}");
    }

    // A silo that was restarted a moment ago cannot be reached for a second; the steps bound how often that is borne.
    private async Task<OrderSnapshot?> ReadOrFail(OrderId order, CancellationToken cancel)
    {
        try
        {
            return await Grains.Order(order).Read(cancel);
        }
        catch (Exception fault) when (fault is ConnectionFailedException or SiloUnavailableException)
        {
            _faults.Add(fault.Message);
            return null;
        }
    }

    /// <summary>Lets the swarm live until the follower of the chain shows what is asked for.</summary>
    public async Task<FeedStatus> UntilFeed(Func<FeedStatus, bool> shows, CancellationToken cancel)
    {
        for (var step = 0; step < 600; step++)
        {
            await StepOrFail(cancel);
            var status = await Grains.ChainFeed().Follow(cancel);
            if (shows(status)) return status;
            _time?.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(20, cancel);
        }
        throw new TimeoutException("The follower of the chain never showed it.");
    }

    /// <summary>Lets the swarm live until the chain has told an order what is asked for.</summary>
    public async Task<OrderChain> UntilChain(OrderId order, Func<OrderChain, bool> shows, CancellationToken cancel)
    {
        for (var step = 0; step < 600; step++)
        {
            await StepOrFail(cancel);
            var told = OrderChain.Fold(await Grains.Order(order).ReadChain(cancel));
            if (shows(told)) return told;
            _time?.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(20, cancel);
        }
        throw new TimeoutException($"Order {order} was never told it.");
    }

    private static void Use(FakeTimeProvider time, IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(time);
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, time);
    }

    /// <summary>A step as silos take it: what fails is tried again.</summary>
    private async Task StepOrFail(CancellationToken cancel)
    {
        try
        {
            await Step(cancel);
        }
        catch (Exception fault) when (fault is not Xunit.Sdk.XunitException && !cancel.IsCancellationRequested)
        {
            _faults.Add(fault.Message);
        }
    }

    /// <summary>What every silo does all the time: follow the chain, sync the nodes, poke the orders.</summary>
    public async Task Step(CancellationToken cancel)
    {
        await Grains.ChainFeed().Follow(cancel);
        foreach (var node in Nodes.ToList()) await node.Sync(cancel);
        foreach (var order in await Grains.ChainFeed().ListUnfinished(cancel)) await Grains.Order(order).Reconcile(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Forge.Dispose();
    }
}
