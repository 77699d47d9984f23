using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>The link to the next stage, or to a standby: dials it, hands it what it lacks, and says when it is lost.</summary>
internal sealed partial class OutboundLink(
    PipelineOptions options, OverlayCredentials credentials, TimeProvider time, Lock gate, IOutboundNode node,
    Action<PipelineEvent> raise, ILogger log)
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(50), BackoffMax = TimeSpan.FromSeconds(1);

    private readonly Channel<StagePeer> _targets =
        Channel.CreateBounded<StagePeer>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private CancellationTokenSource? _following;
    private StagePeer? _target;

    /// <summary>The map names this peer. Where it is another than before, the link to the old one ends. Called under the gate.</summary>
    public void Follow(StagePeer peer)
    {
        if (_target is { } old && old.Epoch == peer.Epoch && old.Endpoint.Equals(peer.Endpoint)) return;
        _target = peer;
        _targets.Writer.TryWrite(peer);
        _ = _following?.CancelAsync();                                       // not inline: its continuations do not belong under the gate
    }

    /// <summary>No peer is to be reached any more. Called under the gate.</summary>
    public void Leave()
    {
        _target = null;
        _ = _following?.CancelAsync();
    }

    public async Task Run(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var target = await _targets.Reader.ReadAsync(stop);
                using var following = CancellationTokenSource.CreateLinkedTokenSource(stop);
                lock (gate)
                {
                    if (_target != target) continue;
                    _following = following;
                }
                await KeepUp(target, following.Token);
                lock (gate) _following = null;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log, options.Slot);
        }
    }

    /// <summary>Makes the link again and again, until another target is named.</summary>
    private async Task KeepUp(StagePeer target, CancellationToken cancel)
    {
        var loss = new PeerLoss(target, options, time, raise);
        var backoff = BackoffMin;
        try
        {
            while (true)
            {
                var begun = time.GetTimestamp();
                var end = await TryOnce(target, loss.DialBound, cancel);
                cancel.ThrowIfCancellationRequested();
                LogDown(log, options.Slot, target.Slot, target.Epoch.Value, end.Reason);
                loss.Note(end);
                if (end.WasUp && time.GetElapsedTime(begun) > BackoffMax) backoff = BackoffMin;
                else await Task.Delay(backoff, time, cancel);
                backoff = backoff * 2 > BackoffMax ? BackoffMax : backoff * 2;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            LogLeft(log, options.Slot, target.Slot, target.Epoch.Value);
        }
    }

    private async Task<LinkEnd> TryOnce(StagePeer target, TimeSpan dialBound, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(dialBound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            await using var connection = await OverlayDialer.Dial(target.Endpoint, credentials, peer => IsExpected(peer, target), time, either.Token);
            using var first = await connection.Receive(either.Token);
            if (OtherFormat(first) is { } fault) return new LinkEnd(false, false, fault);
            if (ReadHave(first, out var refusal) is not { } have) return new LinkEnd(false, IsRefusal: refusal is not null, refusal ?? "it did not say what it has");
            return new LinkEnd(true, false, await Carry(connection, target, have, cancel));
        }
        catch (OverlayException fault)
        {
            return new LinkEnd(false, false, fault.Message);
        }
        catch (OperationCanceledException) when (bound.IsCancellationRequested || cancel.IsCancellationRequested)
        {
            return new LinkEnd(false, false, $"it did not answer within {dialBound.TotalSeconds} s");
        }
    }

    private bool IsExpected(SwarmIdentity peer, StagePeer target) =>
        peer is SwarmIdentity.Guest guest && guest.Order == options.Order && guest.Slot == target.Slot && guest.Epoch == target.Epoch;

    private string? OtherFormat(OverlayFrame? first) =>
        first is not null && BoundaryFrame.Read(first.Memory.Span, out var frame) is null && frame.Kind == FrameKind.Have && frame.Format != options.Boundary
            ? $"it takes hidden states as {frame.Format}, and this stage has {options.Boundary}: every stage of a pipeline has the same Boundary"
            : null;

    private static Dictionary<SessionId, long>? ReadHave(OverlayFrame? first, out string? refusal)
    {
        refusal = null;
        if (first is null || BoundaryFrame.Read(first.Memory.Span, out var frame) is not null) return null;
        if (frame is { Kind: FrameKind.Refused, Session.Number: 0 }) refusal = BoundaryFrame.ReadReason(first.Memory.Span);
        return frame.Kind == FrameKind.Have ? BoundaryFrame.ReadHave(first.Memory.Span, frame.Count) : null;
    }

    /// <summary>Sends what is queued, asks whether the peer lives, and hears its answers, until one of the three ends.</summary>
    private async Task<string> Carry(OverlayConnection connection, StagePeer target, Dictionary<SessionId, long> have, CancellationToken cancel)
    {
        ChannelReader<FrameSlice> queue;
        lock (gate)
        {
            if (_target != target) return "another peer holds the slot now";
            queue = node.OutboundUp(have);
        }
        LogUp(log, options.Slot, target.Slot, target.Epoch.Value);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watch = new LinkWatch(time, options);
        Task<string>[] parts =
        [
            Reasoned(Send(connection, queue, ended.Token)), Reasoned(watch.Silence(connection, ended.Token)), Reasoned(Hear(connection, watch, ended.Token)),
        ];
        try
        {
            return await await Task.WhenAny(parts);
        }
        finally
        {
            lock (gate) node.OutboundDown();
            await ended.CancelAsync();
            connection.Abort();
            await Task.WhenAll(parts);
        }
    }

    private static async Task<string> Send(OverlayConnection connection, ChannelReader<FrameSlice> queue, CancellationToken cancel)
    {
        var reader = new FrameReader();
        while (await queue.WaitToReadAsync(cancel))
            while (queue.TryRead(out var frame)) await Send(connection, frame, reader, cancel);
        return "it takes frames too slowly";
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask Send(OverlayConnection connection, FrameSlice frame, FrameReader reader, CancellationToken cancel)
    {
        try
        {
            await connection.Send(reader.Open(frame), cancel);
        }
        finally
        {
            reader.Close();
            frame.Release();
        }
    }

    private static async Task<string> Hear(OverlayConnection connection, LinkWatch watch, CancellationToken cancel)
    {
        using var buffer = new OverlayFrame();
        while (await connection.Receive(buffer, cancel))
        {
            watch.Heard();
            if (BoundaryFrame.Read(buffer.Memory.Span, out var frame) is { } fault) return fault;
            if (frame.Kind != FrameKind.Pong) return $"it sent a frame of kind {frame.Kind} up the pipeline";
            if (!watch.Answered()) return "it answered more often than it was asked";
        }
        return "it ended the link";
    }

    private static async Task<string> Reasoned(Task<string> part)
    {
        try
        {
            return await part;
        }
        catch (OverlayException fault)
        {
            return fault.Message;
        }
        catch (OperationCanceledException)
        {
            return "the link was given up";
        }
    }

    [LoggerMessage(5111, LogLevel.Information, "Stage {Slot}: link to slot {Peer} (epoch {Epoch}) stands.")]
    private static partial void LogUp(ILogger log, int slot, int peer, uint epoch);

    [LoggerMessage(5112, LogLevel.Information, "Stage {Slot}: no link to slot {Peer} (epoch {Epoch}): {Reason}")]
    private static partial void LogDown(ILogger log, int slot, int peer, uint epoch, string reason);

    [LoggerMessage(5113, LogLevel.Information, "Stage {Slot}: leaves slot {Peer} (epoch {Epoch}).")]
    private static partial void LogLeft(ILogger log, int slot, int peer, uint epoch);

    [LoggerMessage(5114, LogLevel.Debug, "Stage {Slot}: dials no more.")]
    private static partial void LogStopped(ILogger log, int slot);
}
