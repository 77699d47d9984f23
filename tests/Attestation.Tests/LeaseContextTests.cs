using CsCheck;

namespace SwarmCompute.Attestation.Tests;

public sealed class LeaseContextTests
{
    private static readonly LeaseContext Context = new(
        31337, ReportCase.OrderBook, new LeaseId(new OrderId(7), 1), new LeaseEpoch(3), new OfferId(5), ReportCase.Provider, ReportCase.Digest("manifest"));

    [Fact]
    public void What_is_written_is_read_back() => Assert.Equal(Context, LeaseContext.TryRead(Context.ToBytes()));

    [Fact]
    public void No_other_bytes_say_the_same() => Gen.Select(Gen.Int[0, 287], Gen.Byte[1, 255]).Sample((at, flip) =>
    {
        var bytes = Context.ToBytes();
        bytes[at] ^= flip;
        Assert.NotEqual(Context, LeaseContext.TryRead(bytes));
    });

    [Fact]
    public void Bytes_of_another_length_are_refused() => Assert.Null(LeaseContext.TryRead(Context.ToBytes().AsSpan(1)));
}
