using Microsoft.Extensions.Logging;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference;

/// <summary>
/// The link from the stage before: at most one counts. It is taken from the holder of the slot before, at the highest epoch that was ever
/// seen; a newer one replaces it, an older one is turned away. Before a node has its place in the ring, the holder of its slot may make one, too,
/// whose standby the node then is.
/// </summary>
internal sealed partial class InboundLinks(
    PipelineOptions options, OverlayListener listener, TimeProvider time, Lock gate, IRingNode node, Func<Task, Task> watched, ILogger log)
{
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(1);

    private readonly List<Task> _serving = [];
    private OverlayConnection? _current;
    private OverlayConnection? _followed;
    private LeaseEpoch _currentEpoch, _highest, _holder;
    private bool _follows = true;

    /// <summary>Whether the link stands, with the newest holder that is known. Read under the gate.</summary>
    public bool IsUp => _current is not null && _currentEpoch == _highest;

    /// <summary>The map names this epoch for the slot before: an older link ends. Called under the gate.</summary>
    public void Fence(LeaseEpoch epoch)
    {
        if (epoch <= _highest) return;
        _highest = epoch;
        if (_currentEpoch < epoch) Renew();
    }

    /// <summary>
    /// The map names this epoch for the node's own slot: an older holder is not followed any more; where it is the node's own, none is. Called
    /// under the gate.
    /// </summary>
    public void FenceFollowed(LeaseEpoch epoch)
    {
        if (epoch >= options.Epoch) EndFollowing();
        if (epoch <= _holder) return;
        _holder = epoch;
        _followed?.Abort();
        _followed = null;
    }

    /// <summary>The link is made anew: what it had sent was judged by what is known better now. Called under the gate.</summary>
    public void Renew()
    {
        if (_current is null) return;
        _current.Abort();
        _current = null;
        node.InboundDown();
    }

    public async Task Run(CancellationToken stop)
    {
        try
        {
            await foreach (var connection in listener.Accept(stop))
            {
                _serving.RemoveAll(link => link.IsCompleted);
                if (_serving.Count < PipelineOptions.LinksMax) _serving.Add(watched(Serve(connection, stop)));
                else await Overfull(connection);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log, options.Slot);
        }
        await Task.WhenAll(_serving);
    }

    private async Task Overfull(OverlayConnection connection)
    {
        LogRefused(log, options.Slot, $"{connection.Peer} made one while {PipelineOptions.LinksMax} were being served, as many as there may be");
        connection.Abort();
        await connection.DisposeAsync();
    }

    private async Task Serve(OverlayConnection connection, CancellationToken stop)
    {
        await using var _ = connection;
        var reason = "stopped";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            var (have, refusal) = Admit(connection);
            if (refusal is not null) await TurnAway(connection, refusal, stop);
            if (have is null) return;
            await connection.Send(have, stop);
            var watch = new LinkWatch(time, options);
            var (reading, silence) = (Read(connection, watch, ended.Token), watch.Silence(null, ended.Token));
            reason = await await Task.WhenAny(reading, silence);
            await ended.CancelAsync();
            connection.Abort();
            await Task.WhenAll(reading, silence);
        }
        catch (Exception fault) when (fault is OverlayException or BoundaryProtocolException)
        {
            reason = reason == "stopped" ? fault.Message : reason;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // the link ends for the reason that is known already
        }
        await ended.CancelAsync();
        Forget(connection, reason);
    }

    private (byte[]? Have, string? Refusal) Admit(OverlayConnection connection)
    {
        if (connection.Peer is SwarmIdentity.Guest holder && holder.Order == options.Order && holder.Slot == options.Slot && holder.Epoch < options.Epoch && options.Slots > 1)
            return AdmitHolder(connection, holder.Epoch);
        if (connection.Peer is not SwarmIdentity.Guest peer || peer.Order != options.Order || peer.Slot != options.PreviousSlot || options.Slots == 1)
            return (null, $"{connection.Peer} is not slot {options.PreviousSlot} of order {options.Order}");
        lock (gate)
        {
            if (peer.Epoch < _highest) return (null, $"epoch {peer.Epoch} of slot {peer.Slot} is over; it is at {_highest}");
            _highest = peer.Epoch;
            _current?.Abort();
            (_current, _currentEpoch) = (connection, peer.Epoch);
            LogUp(log, options.Slot, peer.Slot, peer.Epoch.Value);
            EndFollowing();                                                  // the stage before dials only whom a map names
            return (node.InboundUp(), null);
        }
    }

    private (byte[]? Have, string? Refusal) AdmitHolder(OverlayConnection connection, LeaseEpoch epoch)
    {
        lock (gate)
        {
            if (!_follows) return (null, $"slot {options.Slot} has its place in the ring at epoch {options.Epoch}; it follows nobody");
            if (epoch < _holder) return (null, $"epoch {epoch} of slot {options.Slot} is over; it is at {_holder}");
            if (node.FollowUp() is { } reason) return (null, reason);
            _holder = epoch;
            _followed?.Abort();
            _followed = connection;
            LogUp(log, options.Slot, options.Slot, epoch.Value);
            return (BoundaryFrame.Have([], options.Boundary), null);
        }
    }

    private void EndFollowing()
    {
        _follows = false;
        _followed?.Abort();
        _followed = null;
    }

    private async Task TurnAway(OverlayConnection connection, string refusal, CancellationToken stop)
    {
        LogRefused(log, options.Slot, refusal);
        using var bound = new CancellationTokenSource(RefusalTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, bound.Token);
        try
        {
            await connection.Send(BoundaryFrame.Refused(default, refusal), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            connection.Abort();                                              // it does not even read why
        }
    }

    private async Task<string> Read(OverlayConnection connection, LinkWatch watch, CancellationToken cancel)
    {
        var pong = BoundaryFrame.Pong();
        using var buffer = new OverlayFrame();
        while (await connection.Receive(buffer, cancel))
        {
            var kept = false;
            try
            {
                watch.Heard();
                if (BoundaryFrame.Read(buffer.Memory.Span, out var frame) is { } fault) return fault;
                if (frame.Kind == FrameKind.Ping && !watch.Pinged()) return $"it asked more than {options.PingsMax} times within {options.SilenceMax.TotalSeconds} s";
                if (frame.Kind == FrameKind.History && !watch.Told()) return $"it sent more than {options.HistoriesMax} histories within {options.SilenceMax.TotalSeconds} s";
                if (frame.Kind == FrameKind.Ping) await connection.Send(pong, cancel);
                else if (Hand(connection, frame, buffer, out kept) is not { } taken) return "a newer link replaced this one";
                else await taken.WaitAsync(cancel);
            }
            finally
            {
                if (!kept) buffer.Dispose();                                  // whatever comes next: nothing big is held for it
            }
        }
        return "the stage before ended the link";
    }

    private Task? Hand(OverlayConnection connection, BoundaryFrame frame, OverlayFrame buffer, out bool kept)
    {
        lock (gate)
        {
            kept = _followed == connection;
            if (kept) return node.Follow(frame, buffer);
            if (_current != connection) return null;
            if (options.PreviousSlot == 0 && frame.Session.HeadEpoch > _currentEpoch.Value)
                throw new BoundaryProtocolException($"the head of epoch {_currentEpoch} speaks for epoch {frame.Session.HeadEpoch}");
            kept = node.Inbound(frame, buffer);
            return Task.CompletedTask;
        }
    }

    private void Forget(OverlayConnection connection, string reason)
    {
        lock (gate)
        {
            if (_followed == connection) _followed = null;
            if (_current == connection)
            {
                _current = null;
                node.InboundDown();
            }
        }
        LogDown(log, options.Slot, connection.Peer, reason);
    }

    [LoggerMessage(5101, LogLevel.Information, "Stage {Slot}: link from slot {Peer} (epoch {Epoch}) stands.")]
    private static partial void LogUp(ILogger log, int slot, int peer, uint epoch);

    [LoggerMessage(5102, LogLevel.Information, "Stage {Slot}: the link from {Peer} ended: {Reason}.")]
    private static partial void LogDown(ILogger log, int slot, SwarmIdentity peer, string reason);

    [LoggerMessage(5103, LogLevel.Warning, "Stage {Slot}: a link is refused: {Reason}.")]
    private static partial void LogRefused(ILogger log, int slot, string reason);

    [LoggerMessage(5104, LogLevel.Debug, "Stage {Slot}: takes no more links.")]
    private static partial void LogStopped(ILogger log, int slot);
}
