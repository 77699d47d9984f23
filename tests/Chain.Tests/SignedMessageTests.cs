using System.Text;
using CsCheck;
using SwarmCompute.Chain.Webhooks;

namespace SwarmCompute.Chain.Tests;

/// <summary>Messages signed as wallets sign them.</summary>
public sealed class SignedMessageTests
{
    private const string HighestS = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    private const string Order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    private static readonly byte[] Message = "Some data"u8.ToArray();
    private static readonly string Signature = Convert.ToHexStringLower(SignedMessage.Sign(Message, Development.Anvil.Accounts[0]));

    public static TheoryData<string, string, string, string> Published { get; } = new()
    {
        // web3.js, documentation of web3.eth.accounts.sign (key, address, message, signature).
        { "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", "0x2c7536e3605d9c16a7a3d7b1898e529396a65c23", "Some data",
            "b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c" },
        // ethers.js, test vectors of Wallet.signMessage.
        { "0123456789012345678901234567890123456789012345678901234567890123", "0x14791697260e4c9a71f18484c9f997b308e59325", "hello world",
            "ddd0a7290af9526056b4e35a077b9a11b513aa0028ec6c9880948544508f3c63265e99e47ad31bb2cab9646c504576b3abc6939a1710afc08cbf3034d73214b81c" },
    };

    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "one byte short", Signature[..^2] },
        { "one byte long", Signature + "00" },
        { "empty", "" },
        { "v of 0, as some libraries write it", Signature[..^2] + "00" },
        { "v of 29", Signature[..^2] + "1d" },
        { "r of zero", new string('0', 64) + Signature[64..] },
        { "s of zero", Signature[..64] + new string('0', 64) + Signature[^2..] },
        { "r of the group order", Order + Signature[64..] },
        { "s one above half the order", Signature[..64] + HighestS[..^1] + "1" + Signature[^2..] },
        { "an r that is no x coordinate", new string('0', 63) + "5" + Signature[64..] },
    };

    [Theory, MemberData(nameof(Published))]
    public void Signatures_are_the_published_ones_and_lead_back_to_their_signers(string key, string address, string message, string signature)
    {
        using var account = Account.FromPrivateKey(Convert.FromHexString(key));
        Assert.Equal(address, account.Address.ToString());
        Assert.Equal(signature, Convert.ToHexStringLower(SignedMessage.Sign(Encoding.UTF8.GetBytes(message), account)));
        Assert.Equal(account.Address, SignedMessage.Signer(Encoding.UTF8.GetBytes(message), Convert.FromHexString(signature)));
    }

    [Fact]
    public void Whatever_an_account_signs_leads_back_to_it() =>
        Gen.Byte.Array[0, 300].Select(Gen.Int[0, 9]).Sample((message, signer) =>
        {
            var account = Development.Anvil.Accounts[signer];
            return SignedMessage.Signer(message, SignedMessage.Sign(message, account)) == account.Address;
        }, iter: 200);

    [Fact]
    public void A_message_that_was_changed_leads_elsewhere()
    {
        var signature = Convert.FromHexString(Signature);
        Assert.Equal(Development.Anvil.Accounts[0].Address, SignedMessage.Signer(Message, signature));
        Assert.NotEqual(Development.Anvil.Accounts[0].Address, SignedMessage.Signer("Some date"u8, signature));
    }

    [Theory, MemberData(nameof(Malformed))]
    public void What_is_no_signature_has_no_signer(string what, string signature) =>
        Assert.True(SignedMessage.Signer(Message, Convert.FromHexString(signature)) is null, what);

    [Fact]
    public void The_second_form_of_a_signature_is_refused()
    {
        var signature = Convert.FromHexString(Signature);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        var order = new System.Numerics.BigInteger(Convert.FromHexString(Order), isUnsigned: true, isBigEndian: true);
        (order - s).ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(signature, 32);
        signature[^1] = (byte)(27 + 28 - signature[^1]);
        Assert.Null(SignedMessage.Signer(Message, signature));
    }

    [Fact]
    public void A_registration_reads_as_people_see_it() => Assert.Equal(
        "SwarmCompute webhook\nchain 31337\norderBook 0x00000000000000000000000000000000000000b1\norder 7\nurl https://example.org/hook",
        Encoding.UTF8.GetString(WebhookText.Registration(
            31337, Address.Parse("0x00000000000000000000000000000000000000b1"), new OrderId(7), "https://example.org/hook")));

    [Fact]
    public void A_delivery_signs_its_id_its_time_and_its_body() =>
        Assert.Equal("order-7-Running.1764044676.{}", Encoding.UTF8.GetString(WebhookText.Delivery("order-7-Running", 1764044676, "{}"u8)));
}
