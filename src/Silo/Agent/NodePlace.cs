using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>
/// Where this node is in the network: every second it measures how far one other node is, chosen at random, and moves its coordinate a little. A round trip
/// is the time that a TCP connection takes to be made; nothing is said over it.
/// </summary>
internal sealed class NodePlace(AgentIdentity identity, IGrainFactory grains, TimeProvider time) : BackgroundService
{
    private const int ConnectsOfProbe = 3;
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ListPeriod = TimeSpan.FromSeconds(5);

    private readonly Random _random = new();
    private volatile NetworkPosition _position = NetworkPosition.Unknown;
    private ImmutableArray<NodeSnapshot> _others = [];
    private long? _listed;

    /// <summary>As far as it is known.</summary>
    public NetworkPosition Position => _position;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ProbePeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Probe(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task Probe(CancellationToken cancel)
    {
        await List(cancel);
        if (_others.IsEmpty) return;
        var other = _others[_random.Next(_others.Length)];
        if (await RoundTrip(IPEndPoint.Parse(other.Description.Endpoint!), cancel) is { } roundTrip)
            _position = _position.Measured(other.Position ?? NetworkPosition.Unknown, roundTrip.TotalMilliseconds, _random);
    }

    private async Task List(CancellationToken cancel)
    {
        if (_listed is { } then && time.GetElapsedTime(then) < ListPeriod) return;
        var answer = await GrainAnswer<ImmutableArray<NodeSnapshot>>.From(() => grains.Nodes().List(cancel), cancel);
        if (answer.Fault is not null) return;                                // the agent says that the swarm does not answer
        _others = [.. answer.Value.Where(n => n.Status is NodeStatus.Ready or NodeStatus.Cordoned && n.Description.Id != identity.Description.Id && n.Description.Endpoint is not null)];
        _listed = time.GetTimestamp();
    }

    /// <summary>The shortest of a few; null where the node cannot be reached, which is others' business.</summary>
    private async Task<TimeSpan?> RoundTrip(IPEndPoint endpoint, CancellationToken cancel)
    {
        TimeSpan? least = null;
        for (var connect = 0; connect < ConnectsOfProbe; connect++)
        {
            using var limit = new CancellationTokenSource(ConnectTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
            var begun = time.GetTimestamp();
            try
            {
                using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(endpoint, either.Token);
            }
            catch (Exception fault) when (fault is SocketException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                return null;
            }
            var taken = time.GetElapsedTime(begun);
            if (least is null || taken < least) least = taken;
        }
        return least;
    }
}
