using CsCheck;
using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.JsonRpc;
using SwarmCompute.Chain.Tests.Support;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>Legacy transactions bound to a chain (EIP-155), and reading signed transactions back.</summary>
public sealed class LegacyTransactionTests(DevelopmentChain chain) : IClassFixture<DevelopmentChain>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The example in EIP-155 itself.</summary>
    [Fact]
    public void The_example_is_signed_as_published()
    {
        using var account = Account.FromPrivateKey(Convert.FromHexString("4646464646464646464646464646464646464646464646464646464646464646"));
        var transaction = new LegacyTransaction(
            ChainId: 1, Nonce: 9, GasPrice: new Wei(20_000_000_000), GasLimit: 21_000, To: Address.Parse("0x3535353535353535353535353535353535353535"),
            Data: ReadOnlyMemory<byte>.Empty, Value: new Wei(1_000_000_000_000_000_000));
        Assert.Equal("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", transaction.SigningHash.ToString());
        Assert.Equal(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d" +
            "3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Convert.ToHexStringLower(transaction.Sign(account)));
    }

    [Fact]
    public async Task The_chain_takes_one()
    {
        var sender = Development.Anvil.Accounts[8];
        var raw = new LegacyTransaction(chain.Options.ChainId, 0, new Wei(50_000_000), 21_000, Development.Anvil.Accounts[0].Address, ReadOnlyMemory<byte>.Empty, new Wei(5)).Sign(sender);
        var hash = (await chain.Client.Request("eth_sendRawTransaction", [Hex.Data(raw)], Cancel)).Hash();
        Assert.Equal(new SignedTransaction(hash, sender.Address, 0), SignedTransaction.Read(raw));
    }

    [Fact]
    public void What_was_signed_is_read_back() =>
        Gen.Select(Gen.ULong, Gen.ULong[1, 1UL << 40], Gen.Byte.Array[0, 300], Gen.Bool, Gen.Bool).Sample((nonce, chainId, data, legacy, creates) =>
        {
            var account = Development.Anvil.Accounts[0];
            Address? to = creates ? null : account.Address;
            var raw = legacy
                ? new LegacyTransaction(chainId, nonce, new Wei(nonce), 21_000, to, data, new Wei(chainId)).Sign(account)
                : new FeeMarketTransaction(chainId, nonce, new Wei(nonce), 21_000, to, data, new Wei(chainId)).Sign(account);
            return SignedTransaction.Read(raw) == new SignedTransaction(Keccak256.Hash(raw), account.Address, nonce);
        }, iter: 200);

    [Fact]
    public void Bytes_that_are_no_transaction_are_refused_without_a_fault() =>
        Gen.Byte.Array[0, 300].Sample(bytes => SignedTransaction.Read(bytes) is null && SignedTransaction.Read([2, .. bytes]) is null, iter: 2000);

    [Fact]
    public void A_transaction_that_was_cut_is_refused()
    {
        var raw = new LegacyTransaction(56, 3, new Wei(7), 21_000, null, new byte[100], new Wei(1)).Sign(Development.Anvil.Accounts[0]);
        for (var length = 0; length < raw.Length; length++) Assert.Null(SignedTransaction.Read(raw.AsSpan(0, length)));
    }
}
