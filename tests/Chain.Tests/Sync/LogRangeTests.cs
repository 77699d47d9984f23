using System.Collections.Immutable;
using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

public sealed class LogRangeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_range_is_halved_where_nothing_is_said_and_grows_again_afterwards()
    {
        var (asked, most) = (new List<ulong>(), 300UL);
        var range = new LogRange(1000);
        var source = new Counted((first, last) =>
        {
            asked.Add(last - first + 1);
            if (last - first + 1 > most) throw new ChainException(ChainErrorKind.Rejected, "too wide");
        });
        Assert.Equal(251UL, (await range.Read(source, 0, 1, 5000, null, Cancel)).Last + 1);
        most = 5000;
        await range.Read(source, 0, 251, 5000, null, Cancel);
        await range.Read(source, 0, 751, 5000, null, Cancel);
        Assert.Equal([1000UL, 500UL, 250UL, 500UL, 1000UL], asked);
    }

    [Fact]
    public async Task A_range_that_is_named_is_taken_at_once()
    {
        var asked = new List<ulong>();
        await new LogRange(1000).Read(new Counted((first, last) =>
        {
            asked.Add(last - first + 1);
            if (asked.Count == 1) throw new ChainException(ChainErrorKind.RangeTooLarge, "exceed maximum block range: 70") { SuggestedRange = 70 };
        }), 0, 1, 5000, null, Cancel);
        Assert.Equal([1000UL, 70UL], asked);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_even_one_block_is_reported()
    {
        var source = new Counted((_, _) => throw new ChainException(ChainErrorKind.Rejected, "limit exceeded"));
        var failure = await Assert.ThrowsAsync<ChainException>(() => new LogRange(8).Read(source, 0, 1, 50, null, Cancel));
        Assert.Equal(ChainErrorKind.Rejected, failure.Kind);
    }

    private sealed class Counted(Action<ulong, ulong> ask) : IChainSource
    {
        public int Endpoints => 1;

        public Address Book => default;

        public Task<BlockHeader?> Header(int endpoint, string tag, CancellationToken cancel) => throw new NotSupportedException();

        public Task<BlockHeader?> Header(int endpoint, ulong number, CancellationToken cancel) => throw new NotSupportedException();

        public Task<BlockHeader?> Header(int endpoint, Hash32 hash, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ImmutableArray<BookLog>> Logs(int endpoint, Hash32 block, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ImmutableArray<BookLog>> Logs(int endpoint, ulong first, ulong last, OrderId? order, CancellationToken cancel)
        {
            ask(first, last);
            return Task.FromResult(ImmutableArray<BookLog>.Empty);
        }
    }
}
