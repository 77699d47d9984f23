using CsCheck;

namespace SwarmCompute.Primitives.Tests;

public sealed class IdTests
{
    [Fact]
    public void Hashes_read_back_as_they_print() => Gen.Byte.Array[Hash32.Size].Sample(bytes =>
    {
        var hash = new Hash32(bytes);
        Assert.Equal(bytes, hash.ToArray());
        Assert.Equal(hash, Hash32.Parse(hash.ToString()));
        Assert.Equal(hash, Hash32.Parse("0x" + hash));
    });

    [Fact]
    public void Addresses_read_back_as_they_print() => Gen.Byte.Array[Address.Size].Sample(bytes =>
        Assert.Equal(new Address(bytes), Address.Parse(new Address(bytes).ToString())));

    [Fact]
    public void Lease_ids_read_back_as_they_print() => Gen.Select(Gen.ULong[1, ulong.MaxValue], Gen.Int[0, LeaseId.SlotsMax - 1]).Sample((order, slot) =>
        Assert.Equal(new LeaseId(new OrderId(order), slot), LeaseId.Parse(new LeaseId(new OrderId(order), slot).ToString())));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("7/3")]
    [InlineData("18446744073709551616")]
    public void What_is_no_order_id_is_refused(string text) => Assert.Throws<FormatException>(() => OrderId.Parse(text));

    [Theory]
    [InlineData("7")]
    [InlineData("7/16")]
    [InlineData("7/-1")]
    [InlineData("0/1")]
    public void What_is_no_lease_id_is_refused(string text) => Assert.Throws<FormatException>(() => LeaseId.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("Node")]
    [InlineData("a b")]
    public void What_is_no_node_id_is_refused(string text) => Assert.Throws<FormatException>(() => new NodeId(text));

    [Fact]
    public void Amounts_never_wrap()
    {
        Assert.Throws<OverflowException>(() => new Wei(1) - new Wei(2));
        Assert.Throws<OverflowException>(() => new Wei(UInt128.MaxValue) + new Wei(1));
        Assert.Throws<OverflowException>(() => new Wei(UInt128.MaxValue) * 2);
        Assert.Throws<OverflowException>(() => new LeaseEpoch(uint.MaxValue).Next());
    }
}
