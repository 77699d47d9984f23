using System.Text;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Tests;

/// <summary>Vectors of the Keccak team's KAT set (ShortMsgKAT_256, LongMsgKAT_256) and of Ethereum's documentation.</summary>
public sealed class KeccakTests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02")]
    [InlineData("The quick brown fox jumps over the lazy dog", "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    [InlineData("Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    public void Known_texts_hash_as_published(string text, string hash) =>
        Assert.Equal(Hash32.Parse(hash), Keccak256.Hash(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Every_length_around_the_block_size_agrees_with_BouncyCastle()
    {
        var bytes = Enumerable.Range(0, 410).Select(i => (byte)(i * 7 % 256)).ToArray();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var digest = new Org.BouncyCastle.Crypto.Digests.KeccakDigest(256);
            digest.BlockUpdate(bytes, 0, length);
            var expected = new byte[Hash32.Size];
            digest.DoFinal(expected, 0);
            Assert.Equal(new Hash32(expected), Keccak256.Hash(bytes.AsSpan(0, length)));
        }
    }
}
