using System.Net;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>The middle stage of three, whose neighbours are a test's own links: real ones, over loopback.</summary>
internal sealed class LoneStage : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly BoundaryFormat _format;
    private readonly CopyKernel _kernel;
    private readonly OverlayListener _next;
    private readonly PipelineStage _stage;

    private LoneStage(int width, PipelineOptions options)
    {
        _format = options.Boundary;
        _kernel = new CopyKernel(width, options.ContextTokens);
        _next = Listen(_authority, 2);
        var listener = Listen(_authority, 1);
        _stage = PipelineStage.Start(options, listener, Credentials(_authority, 1), TimeProvider.System);
        _stage.Attach(_kernel);
        _stage.Update(new PipelineMap(1, [Peer(0, listener), Peer(1, listener), Peer(2, _next)]));
        EndPoint = listener.LocalEndPoint;
    }

    public ChannelReader<PipelineEvent> Events => _stage.Events;

    /// <summary>The link from the stage before.</summary>
    public OverlayConnection From { get; private set; } = null!;

    /// <summary>The link to the stage after.</summary>
    public OverlayConnection To { get; private set; } = null!;

    private IPEndPoint EndPoint { get; }

    public static PipelineOptions Options(int contextTokens) => TestRing.Fast(3) with
    {
        Slot = 1,
        ContextTokens = contextTokens,
        PingEvery = TimeSpan.FromMinutes(1),
        SilenceMax = TimeSpan.FromMinutes(5),
    };

    public static async Task<LoneStage> Start(int width, PipelineOptions options, CancellationToken cancel)
    {
        var lone = new LoneStage(width, options);
        lone.To = await lone.Taken(cancel);
        lone.From = await OverlayDialer.Dial(lone.EndPoint, Credentials(lone._authority, 0), _ => true, TimeProvider.System, cancel);
        (await lone.From.Receive(cancel))!.Dispose();
        return lone;
    }

    /// <summary>Two ends of one link, with no stage between them.</summary>
    public static async Task<Ends> Link(CancellationToken cancel)
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        await using var listener = Listen(authority, 2);
        var from = await OverlayDialer.Dial(listener.LocalEndPoint, Credentials(authority, 1), _ => true, TimeProvider.System, cancel);
        return new Ends(from, await Accept(listener, cancel));
    }

    /// <summary>The stage after is lost; one that has nothing takes its place.</summary>
    public async Task ReplaceNext(CancellationToken cancel)
    {
        To.Abort();
        await To.DisposeAsync();
        To = await Taken(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await From.DisposeAsync();
        await To.DisposeAsync();
        await _stage.DisposeAsync();
        await _next.DisposeAsync();
        _kernel.Dispose();
        _authority.Dispose();
    }

    private async Task<OverlayConnection> Taken(CancellationToken cancel)
    {
        var to = await Accept(_next, cancel);
        await to.Send(BoundaryFrame.Have([], _format), cancel);
        return to;
    }

    private static async Task<OverlayConnection> Accept(OverlayListener listener, CancellationToken cancel)
    {
        await foreach (var connection in listener.Accept(cancel)) return connection;
        throw new InvalidOperationException("The listener has stopped.");
    }

    private static OverlayListener Listen(CertificateAuthority authority, int slot) =>
        OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), Credentials(authority, slot), TimeProvider.System);

    private static OverlayCredentials Credentials(CertificateAuthority authority, int slot) => TestRing.Credentials(authority, slot, 1, TestRing.Order.Value);

    private StagePeer Peer(int slot, OverlayListener listener) => new(slot, new LeaseEpoch(1), listener.LocalEndPoint, Credentials(_authority, slot).Certificate);

    internal sealed record Ends(OverlayConnection From, OverlayConnection To) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await From.DisposeAsync();
            await To.DisposeAsync();
        }
    }
}
