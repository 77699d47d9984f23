using SwarmCompute.Chain.Tests.Support;

namespace SwarmCompute.Chain.Tests;

/// <summary>Keys in files and in memory.</summary>
public sealed class AccountTests
{
    private const string Key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    [Theory]
    [InlineData(Key)]
    [InlineData("0x" + Key)]
    [InlineData("  0x" + Key + "\r\n")]
    public void A_key_file_gives_its_account(string text)
    {
        using var folder = new TemporaryFolder();
        using var account = Account.FromKeyFile(folder.Write("key", text));
        Assert.Equal(Development.Anvil.Accounts[0].Address, account.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ac0974")]
    [InlineData("zz0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(Key + Key)]
    public void Another_file_is_refused_without_repeating_it(string text)
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.Throws<FormatException>(() => Account.FromKeyFile(folder.Write("key", text)));
        Assert.Contains("is not a key file", failure.Message, StringComparison.Ordinal);
        if (text.Length > 0) Assert.DoesNotContain(text, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_prints_its_address_and_never_its_key()
    {
        using var account = Account.FromPrivateKey(Convert.FromHexString(Key));
        Assert.Equal("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266", $"{account}");
    }

    [Fact]
    public void A_disposed_account_does_not_sign()
    {
        var account = Account.FromPrivateKey(Convert.FromHexString(Key));
        account.Dispose();
        Assert.Throws<ObjectDisposedException>(() => account.Sign(default));
    }
}
