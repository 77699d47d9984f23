using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>Endpoints of a played chain that bend certain answers.</summary>
internal sealed class ScriptedSource(PlayedChain chain, int endpoints = 1) : IChainSource
{
    private readonly PlayedSource _honest = new(chain, endpoints);

    public int Endpoints => endpoints;

    public Address Book => PlayedChain.Book;

    /// <summary>What an endpoint says of a tag; null for the truth.</summary>
    public Func<int, string, BlockHeader?> Tagged { get; set; } = (_, _) => null;

    /// <summary>Every block's filter.</summary>
    public Func<BlockHeader, LogBloom> Filter { get; set; } = header => header.Bloom;

    /// <summary>How many answers about one block's logs are empty.</summary>
    public int KeepBack { get; set; }

    public Func<ImmutableArray<BookLog>, ImmutableArray<BookLog>> Ranges { get; set; } = logs => logs;

    /// <summary>Events that nobody ever tells of.</summary>
    public Func<OrderEvent, bool> Drop { get; set; } = _ => false;

    /// <summary>The endpoint that does not answer.</summary>
    public int Silent { get; set; } = -1;

    public async Task<BlockHeader?> Header(int endpoint, string tag, CancellationToken cancel) =>
        endpoint == Silent ? throw new ChainException(ChainErrorKind.Timeout, "silent") : Bent(Tagged(endpoint, tag) ?? await _honest.Header(endpoint, tag, cancel));

    public async Task<BlockHeader?> Header(int endpoint, ulong number, CancellationToken cancel) => Bent(await _honest.Header(endpoint, number, cancel));

    public async Task<BlockHeader?> Header(int endpoint, Hash32 hash, CancellationToken cancel) => Bent(await _honest.Header(endpoint, hash, cancel));

    public async Task<ImmutableArray<BookLog>> Logs(int endpoint, Hash32 block, CancellationToken cancel) =>
        KeepBack-- > 0 ? [] : Told(await _honest.Logs(endpoint, block, cancel));

    public async Task<ImmutableArray<BookLog>> Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel) =>
        Ranges(Told(await _honest.Logs(endpoint, first, last, order, cancel)));

    private BlockHeader? Bent(BlockHeader? header) => header is null ? null : header with { Bloom = Filter(header) };

    private ImmutableArray<BookLog> Told(ImmutableArray<BookLog> logs) => [.. logs.Where(log => !Drop(log.Event!))];
}
