using SwarmCompute.Chain.Crypto;

namespace SwarmCompute.Chain.Transactions;

/// <summary>A transaction of the old form, bound to its chain as EIP-155 says: for endpoints and signers that know no other.</summary>
/// <param name="ChainId">The chain that it is valid on.</param>
/// <param name="Nonce">The sender's count of transactions before it.</param>
/// <param name="GasPrice">The price of a unit of gas.</param>
/// <param name="GasLimit">The most gas that it may use.</param>
/// <param name="To">The receiver; null creates a contract.</param>
/// <param name="Data">The call's data, or the contract's creation code.</param>
/// <param name="Value">What it carries of the chain's own coin.</param>
internal sealed record LegacyTransaction(ulong ChainId, ulong Nonce, Wei GasPrice, ulong GasLimit, Address? To, ReadOnlyMemory<byte> Data, Wei Value = default)
{
    /// <summary>What is signed: the six fields, the chain's id, and two zeros.</summary>
    public Hash32 SigningHash => Keccak256.Hash(Rlp.List([.. Fields(), Rlp.Number(ChainId), Rlp.Number(0), Rlp.Number(0)]));

    /// <summary>The signed bytes, as eth_sendRawTransaction takes them; their Keccak-256 is the transaction's hash.</summary>
    public byte[] Sign(Account account)
    {
        var signature = account.Sign(SigningHash);
        return Rlp.List([.. Fields(), Rlp.Number((UInt128)ChainId * 2 + 35 + signature.YParity), Rlp.Number(signature.R), Rlp.Number(signature.S)]);
    }

    private byte[][] Fields() =>
    [
        Rlp.Number(Nonce),
        Rlp.Number(GasPrice.Value),
        Rlp.Number(GasLimit),
        Rlp.Bytes(ToBytes()),
        Rlp.Number(Value.Value),
        Rlp.Bytes(Data.Span),
    ];

    private byte[] ToBytes()
    {
        if (To is not { } to) return [];
        var bytes = new byte[Address.Size];
        to.CopyTo(bytes);
        return bytes;
    }
}
