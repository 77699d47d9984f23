using System.Collections.Immutable;

namespace SwarmCompute.Chain.Sync;

/// <summary>How many blocks to ask for at once: fewer when an endpoint finds them too many, more again afterwards.</summary>
/// <param name="most">The most blocks, 1 or more.</param>
internal sealed class LogRange(int most)
{
    private readonly int _most = most;

    /// <summary>The blocks of the next question.</summary>
    public int Blocks { get; private set; } = most;

    /// <summary>Asks for as many blocks as an endpoint takes, from the first on.</summary>
    /// <exception cref="ChainException">Not even one block can be had, or no answer.</exception>
    public async Task<(ImmutableArray<BookLog> Logs, ulong Last)> Read(
        IChainSource source, int endpoint, ulong first, ulong until, OrderId? order, CancellationToken cancel)
    {
        while (true)
        {
            var last = Math.Min(until, first + (ulong)Blocks - 1);
            try
            {
                var logs = await source.Logs(endpoint, first, last, order, cancel).ConfigureAwait(false);
                Blocks = (int)Math.Min(_most, Blocks * 2L);
                return (logs, last);
            }
            catch (ChainException refusal) when (last > first && refusal.Kind is ChainErrorKind.RangeTooLarge or ChainErrorKind.Rejected)
            {
                Shrink((int)(last - first + 1), refusal.SuggestedRange);
            }
        }
    }

    /// <summary>The whole range, in as many questions as it takes.</summary>
    /// <exception cref="ChainException">As for <see cref="Read"/>.</exception>
    public async Task<ImmutableArray<BookLog>> ReadAll(IChainSource source, int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel)
    {
        var all = ImmutableArray.CreateBuilder<BookLog>();
        for (var next = first; next <= last;)
        {
            var (logs, read) = await Read(source, endpoint, next, last, order, cancel).ConfigureAwait(false);
            all.AddRange(logs);
            next = read + 1;
        }
        return all.ToImmutable();
    }

    private void Shrink(int asked, int? suggested) => Blocks = suggested is { } blocks && blocks < asked ? blocks : Math.Max(1, asked / 2);
}
