using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>A transaction of type 2 (EIP-1559) with an empty access list.</summary>
/// <param name="ChainId">The chain that it is valid on.</param>
/// <param name="Nonce">The sender's count of transactions before it.</param>
/// <param name="GasPrice">Offered as the most and as the tip alike: on BNB chain the base fee is 0, so it is the price paid.</param>
/// <param name="GasLimit">The most gas that it may use.</param>
/// <param name="To">The receiver; null creates a contract.</param>
/// <param name="Data">The call's data, or the contract's creation code.</param>
/// <param name="Value">What it carries of the chain's own coin.</param>
internal sealed record FeeMarketTransaction(
    ulong ChainId, ulong Nonce, Wei GasPrice, ulong GasLimit, Address? To, ReadOnlyMemory<byte> Data, Wei Value = default)
{
    private const byte Type = 2;

    /// <summary>The signed bytes, as eth_sendRawTransaction takes them; their Keccak-256 is the transaction's hash.</summary>
    public byte[] Sign(Account account)
    {
        var signature = account.Sign(Keccak256.Hash([Type, .. Rlp.List([.. Fields()])]));
        return [Type, .. Rlp.List([.. Fields(), Rlp.Number(signature.YParity), Rlp.Number(signature.R), Rlp.Number(signature.S)])];
    }

    private byte[][] Fields() =>
    [
        Rlp.Number(ChainId),
        Rlp.Number(Nonce),
        Rlp.Number(GasPrice.Value),
        Rlp.Number(GasPrice.Value),
        Rlp.Number(GasLimit),
        Rlp.Bytes(ToBytes()),
        Rlp.Number(Value.Value),
        Rlp.Bytes(Data.Span),
        Rlp.List(),
    ];

    private byte[] ToBytes()
    {
        if (To is not { } to) return [];
        var bytes = new byte[Address.Size];
        to.CopyTo(bytes);
        return bytes;
    }
}
