using SwarmCompute.Chain.Crypto;
using SwarmCompute.Chain.Transactions;

namespace SwarmCompute.Chain.Tests;

/// <summary>Transactions of type 2 (EIP-1559).</summary>
public sealed class FeeMarketTransactionTests
{
    /// <summary>
    /// What both ethers 6 and viem 2.57.20 make of it: account 0 of anvil, chain 56, nonce 7, both fees 50,000,000, gas 21,000.
    /// </summary>
    [Fact]
    public void A_transfer_is_signed_as_others_sign_it()
    {
        var transaction = new FeeMarketTransaction(
            ChainId: 56, Nonce: 7, GasPrice: new Wei(50_000_000), GasLimit: 21_000, To: Development.Anvil.Accounts[1].Address, Data: Convert.FromHexString("deadbeef"));
        var signed = transaction.Sign(Development.Anvil.Accounts[0]);
        Assert.Equal(
            "02f86e38078402faf0808402faf0808252089470997970c51812dc3a010c7d01b50e0d17dc79c88084deadbeefc080a093d66d8e562161a64" +
            "05e0eb34f74edf1335f2a0f9feecf188156569ca83e8607a07f76f3748948924132461777d64a47b4ecf6eccb7fb28e44f227d0a7d4e3fa36",
            Convert.ToHexStringLower(signed));
        Assert.Equal("18bc8e28aae034ceb30d5835e93d4eeb9b4ad047b8e683ea3d2775863490e729", Keccak256.Hash(signed).ToString());
    }
}
