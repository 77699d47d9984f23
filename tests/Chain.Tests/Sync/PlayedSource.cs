using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>Endpoints of a played chain. The first is honest; a lie, where there is one, may change each answer of the others, or of the only one.</summary>
internal sealed class PlayedSource(PlayedChain chain, int endpoints = 1) : IChainSource
{
    public int Endpoints => endpoints;

    public Address Book => PlayedChain.Book;

    public Lie? Lies { get; set; }

    /// <summary>What was asked, in words.</summary>
    public List<string> Asked { get; } = [];

    public Task<BlockHeader?> Header(int endpoint, string tag, CancellationToken cancel) =>
        Say(endpoint, $"header {tag}", tag == "latest" ? chain.Head : chain.Find(chain.Final));

    public Task<BlockHeader?> Header(int endpoint, ulong number, CancellationToken cancel) => Say(endpoint, $"header {number}", chain.Find(number));

    public Task<BlockHeader?> Header(int endpoint, Hash32 hash, CancellationToken cancel) => Say(endpoint, "header by hash", chain.Find(hash));

    public Task<ImmutableArray<BookLog>> Logs(int endpoint, Hash32 block, CancellationToken cancel) =>
        Say(endpoint, "logs by hash", chain.Find(block)?.Logs ?? throw new ChainException(ChainErrorKind.Rejected, "unknown block"));

    public Task<ImmutableArray<BookLog>> Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel) =>
        Say(endpoint, $"logs {first}-{last}", [.. chain.Blocks.Where(b => b.Number >= first && b.Number <= last).SelectMany(b => b.Logs).Where(l => order is null || l.Event!.Order == order)]);

    private Task<BlockHeader?> Say(int endpoint, string question, PlayedBlock? block)
    {
        Asked.Add(question);
        var header = block?.Header;
        if (header is null || LieOf(endpoint) is not { } lie) return Task.FromResult(header);
        return Task.FromResult(lie switch
        {
            LieKind.Fail => throw new ChainException(ChainErrorKind.Unreachable, "injected"),
            LieKind.Lag => chain.Find(header.Number > 3 ? header.Number - 3 : 0)?.Header,
            LieKind.Nothing => null,
            LieKind.EmptyFilter => header with { Bloom = default },
            LieKind.OtherHash => header with { Hash = Hash32.Sha256(header.Hash.ToArray()) },
            _ => header,
        });
    }

    private Task<ImmutableArray<BookLog>> Say(int endpoint, string question, ImmutableArray<BookLog> logs)
    {
        Asked.Add(question);
        if (logs.IsEmpty || LieOf(endpoint) is not { } lie) return Task.FromResult(logs);
        return Task.FromResult<ImmutableArray<BookLog>>(lie switch
        {
            LieKind.Fail => throw new ChainException(ChainErrorKind.Unreachable, "injected"),
            LieKind.Nothing => [],
            LieKind.Lag => logs[..^1],
            LieKind.EmptyFilter => [.. logs, logs[^1]],
            LieKind.OtherHash => logs.SetItem(0, logs[0] with { Event = logs[0].Event! with { Transaction = default } }),
            _ => logs,
        });
    }

    private LieKind? LieOf(int endpoint) => endpoint == 0 && endpoints > 1 ? null : Lies?.Next();
}

/// <summary>What an endpoint may do instead of telling the truth.</summary>
internal enum LieKind { Fail, Nothing, Lag, EmptyFilter, OtherHash, Truth }

/// <summary>Lies by chance, from a seed.</summary>
internal sealed class Lie(int seed)
{
    private readonly Random _random = new(seed);

    public LieKind? Next() => _random.Next(6) == 0 ? (LieKind)_random.Next(6) : null;
}
