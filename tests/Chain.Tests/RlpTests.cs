using System.Text;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>Examples of Ethereum's documentation of RLP (ethereum.org, "Recursive-length prefix serialization", Examples).</summary>
public sealed class RlpTests
{
    [Fact]
    public void The_published_examples_encode_as_published()
    {
        Assert.Equal("83646f67", Hex(Rlp.Bytes("dog"u8)));
        Assert.Equal("c88363617483646f67", Hex(Rlp.List(Rlp.Bytes("cat"u8), Rlp.Bytes("dog"u8))));
        Assert.Equal("80", Hex(Rlp.Bytes([])));
        Assert.Equal("c0", Hex(Rlp.List()));
        Assert.Equal("80", Hex(Rlp.Number(UInt128.Zero)));
        Assert.Equal("00", Hex(Rlp.Bytes([0])));
        Assert.Equal("0f", Hex(Rlp.Number(15)));
        Assert.Equal("820400", Hex(Rlp.Number(1024)));
        Assert.Equal("c7c0c1c0c3c0c1c0", Hex(Rlp.List(Rlp.List(), Rlp.List(Rlp.List()), Rlp.List(Rlp.List(), Rlp.List(Rlp.List())))));
        Assert.Equal("b838" + Hex(Encoding.ASCII.GetBytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit")),
            Hex(Rlp.Bytes("Lorem ipsum dolor sit amet, consectetur adipisicing elit"u8)));
    }

    [Fact]
    public void A_long_list_states_the_length_of_its_length() => Assert.Equal("f90100", Hex(Rlp.List(Rlp.Bytes(new byte[254])))[..6]);

    [Fact]
    public void A_hash_that_begins_with_zeros_is_a_number_without_them()
    {
        var bytes = new byte[Hash32.Size];
        bytes[31] = 0x81;
        Assert.Equal("8181", Hex(Rlp.Number(new Hash32(bytes))));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
