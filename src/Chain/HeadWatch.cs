using System.Collections.Immutable;
using System.Threading.Channels;
using SwarmCompute.Chain.JsonRpc;

namespace SwarmCompute.Chain;

/// <summary>
/// Wakes whoever follows the chain when one of the sockets tells of a new block. Hints that nobody waited for become one. It is an addition to
/// asking at intervals, never a replacement: a wait always ends in the time given.
/// </summary>
public sealed class HeadWatch : IAsyncDisposable
{
    /// <summary>Blocks whose time may pass in silence before a connection counts as dead.</summary>
    private const int SilentBlocksMax = 20;

    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TimeProvider _time;
    private readonly ImmutableArray<HeadSocket> _sockets;

    /// <summary>Listens to the sockets that the options name, be there none.</summary>
    /// <param name="options">The chain.</param>
    /// <param name="time">The clock.</param>
    public HeadWatch(ChainOptions options, TimeProvider time) : this(options, SilenceMax(options.Profile), time)
    {
    }

    internal HeadWatch(ChainOptions options, TimeSpan silenceMax, TimeProvider time)
    {
        _time = time;
        _sockets = [.. options.Sockets.Select(address => new HeadSocket(address, options.ChainId, silenceMax, () => _hints.Writer.TryWrite(true), time))];
    }

    /// <summary>The sockets.</summary>
    internal ImmutableArray<HeadSocket> Sockets => _sockets;

    /// <summary>Waits for a hint. One at a time may wait.</summary>
    /// <param name="atMost">How long.</param>
    /// <param name="cancel">Stops the wait.</param>
    public async Task<HeadHint> Wait(TimeSpan atMost, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(atMost, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await _hints.Reader.ReadAsync(either.Token).ConfigureAwait(false);
            return HeadHint.Woken;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return HeadHint.TimeOver;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets) await socket.DisposeAsync().ConfigureAwait(false);
    }

    private static TimeSpan SilenceMax(ChainProfile profile)
    {
        var blocks = profile.BlockInterval * SilentBlocksMax;
        return blocks > profile.HeadStallAlarm ? blocks : profile.HeadStallAlarm;
    }
}
