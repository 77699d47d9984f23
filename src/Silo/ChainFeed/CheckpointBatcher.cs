using System.Collections.Immutable;
using SwarmCompute.Chain;

namespace SwarmCompute.Silo.ChainFeed;

/// <summary>
/// Lets counts of many orders share a transaction: the first one waits a moment for others, then all that are there go out together. Each
/// caller learns of its own count's fate.
/// </summary>
/// <param name="send">Sends a batch; gives the transaction and the orders whose counts the contract skipped.</param>
/// <param name="time">The clock of the moment.</param>
internal sealed class CheckpointBatcher(Func<ImmutableArray<OrderCheckpoint>, CancellationToken, Task<(Hash32 Tx, ImmutableArray<OrderId> Skipped)>> send, TimeProvider time)
{
    /// <summary>The most counts of one batch, as the contract takes them.</summary>
    public const int BatchMax = 64;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private List<Waiting> _waiting = [];

    /// <summary>Sends a count, alone or with others.</summary>
    /// <returns>The transaction.</returns>
    /// <exception cref="ChainException">The contract skipped this count (<see cref="ChainErrorKind.Reverted"/>), or the whole batch failed.</exception>
    public Task<Hash32> Send(OrderCheckpoint checkpoint, CancellationToken cancel)
    {
        var mine = new Waiting(checkpoint, new TaskCompletionSource<Hash32>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(mine);
            if (_waiting.Count == 1) _ = SendAfterGathering();
            else if (_waiting.Count == BatchMax) _ = SendAll();
        }
        return mine.Sent.Task.WaitAsync(cancel);
    }

    private async Task SendAfterGathering()
    {
        await Task.Delay(Gathering, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await SendAll();
    }

    private async Task SendAll()
    {
        List<Waiting> batch;
        lock (_gate) (batch, _waiting) = (_waiting, []);
        if (batch.Count == 0) return;
        try
        {
            var (transaction, skipped) = await send([.. batch.Select(w => w.Checkpoint)], CancellationToken.None);      // bounded by the sender's own timeout
            foreach (var waiting in batch)
            {
                if (skipped.Contains(waiting.Checkpoint.Order))
                    waiting.Sent.TrySetException(ChainException.Reverted("CheckpointSkipped", $"The contract counted nothing for order {waiting.Checkpoint.Order}: it knew as much."));
                else waiting.Sent.TrySetResult(transaction);
            }
        }
        catch (ChainException fault)
        {
            foreach (var waiting in batch) waiting.Sent.TrySetException(fault);
        }
    }

    private sealed record Waiting(OrderCheckpoint Checkpoint, TaskCompletionSource<Hash32> Sent);
}
