using CsCheck;
using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Tests;

/// <summary>Both implementations, and that they are one. On a machine without libsecp256k1 the managed one is compared with itself.</summary>
public sealed class Secp256k1Tests
{
    private static readonly ManagedSecp256k1 Managed = new();
    private static readonly ISecp256k1 Native = NativeSecp256k1.TryLoad() as ISecp256k1 ?? Managed;

    public static TheoryData<string, string, string, string> Vectors { get; } = new()
    {
        // RFC 6979 with SHA-256 on secp256k1, as published with Trezor's and CoreBitcoin's libraries (key, message, r, s with low s).
        { "0000000000000000000000000000000000000000000000000000000000000001", "Satoshi Nakamoto",
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8", "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5" },
        { "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", "Satoshi Nakamoto",
            "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0", "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5" },
        { "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181", "Alan Turing",
            "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c", "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea" },
    };

    [Theory, MemberData(nameof(Vectors))]
    public void Signatures_are_the_published_ones(string key, string message, string r, string s)
    {
        var hash = Hash32.Sha256(System.Text.Encoding.ASCII.GetBytes(message));
        foreach (var implementation in new[] { Managed, Native })
        {
            var signature = implementation.Sign(Convert.FromHexString(key), hash);
            Assert.Equal((Hash32.Parse(r), Hash32.Parse(s)), (signature.R, signature.S));
        }
    }

    [Fact]
    public void Both_implementations_give_the_same_keys_and_signatures() =>
        Gen.Byte.Array[32].Select(Gen.Byte.Array[32]).Where((key, _) => Managed.IsPrivateKey(key)).Sample((key, hash) =>
        {
            Span<byte> managed = stackalloc byte[64], native = stackalloc byte[64];
            Managed.PublicKey(key, managed);
            Native.PublicKey(key, native);
            return managed.SequenceEqual(native) && Managed.Sign(key, new Hash32(hash)) == Native.Sign(key, new Hash32(hash));
        }, iter: 100);

    [Fact]
    public void Both_recover_the_key_that_signed() =>
        Gen.Byte.Array[32].Select(Gen.Byte.Array[32]).Where((key, _) => Managed.IsPrivateKey(key)).Sample((key, hash) =>
        {
            Span<byte> expected = stackalloc byte[64], managed = stackalloc byte[64], native = stackalloc byte[64];
            Native.PublicKey(key, expected);
            var signature = Native.Sign(key, new Hash32(hash));
            return Managed.TryRecover(new Hash32(hash), signature, managed) && Native.TryRecover(new Hash32(hash), signature, native)
                && expected.SequenceEqual(managed) && expected.SequenceEqual(native);
        }, iter: 100);

    [Fact]
    public void Both_agree_on_signatures_that_nobody_made() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32], Gen.Byte.Array[32], Gen.Byte[0, 2]).Sample((hash, r, s, parity) =>
        {
            Span<byte> managed = stackalloc byte[64], native = stackalloc byte[64];
            var signature = new RecoverableSignature(new Hash32(r), new Hash32(s), parity);
            return Managed.TryRecover(new Hash32(hash), signature, managed) == Native.TryRecover(new Hash32(hash), signature, native) && managed.SequenceEqual(native);
        }, iter: 300);

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", "0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000005", "0000000000000000000000000000000000000000000000000000000000000001")]
    public void No_key_is_recovered_from_numbers_out_of_range_or_off_the_curve(string r, string s)
    {
        var signature = new RecoverableSignature(Hash32.Parse(r), Hash32.Parse(s), 0);
        foreach (var implementation in new[] { Managed, Native }) Assert.False(implementation.TryRecover(Hash32.Sha256("x"u8), signature, new byte[64]));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", false)]
    [InlineData("01", false)]
    public void A_private_key_is_between_zero_and_the_group_order(string key, bool valid)
    {
        Assert.Equal(valid, Managed.IsPrivateKey(Convert.FromHexString(key)));
        Assert.Equal(valid, Native.IsPrivateKey(Convert.FromHexString(key)));
    }

    [Fact]
    public void The_development_accounts_have_their_known_addresses()
    {
        Assert.Equal("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", Development.Anvil.Accounts[0].Address.ToString());
        Assert.Equal("0xa0ee7a142d267c1f36714e4a8f75612f20a79720", Development.Anvil.Accounts[9].Address.ToString());
    }
}
