using System.Globalization;
using System.Numerics;
using System.Text;

namespace SwarmCompute.Chain.Abi;

/// <summary>Names what a contract reverted with: its own error by selector, or Solidity's Error(string) and Panic(uint256).</summary>
internal static class RevertReason
{
    private const int WordSize = 32;
    private const int TextMax = 200;

    private static readonly uint ErrorText = Key(AbiWriter.Selector("Error(string)"));
    private static readonly uint Panic = Key(AbiWriter.Selector("Panic(uint256)"));

    /// <summary>The failure that the revert data stand for.</summary>
    public static ChainException Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4) return ChainException.Reverted("Unnamed", "The contract refused without a reason.");
        var selector = Key(data);
        var arguments = data[4..];
        if (selector == ErrorText) return ChainException.Reverted("Error", $"The contract refused: {Text(arguments)}");
        if (selector == Panic) return ChainException.Reverted("Panic", $"The contract failed an internal check: Panic({Number(arguments)}).");
        if (ContractErrors.Find(selector) is not { } error)
            return ChainException.Reverted("Unnamed", $"The contract refused with the unknown error 0x{selector:x8}.");
        return ChainException.Reverted(error.Name, $"The contract refused: {error.Name}({Arguments(error, arguments)}).");
    }

    private static string Arguments(AbiSignature error, ReadOnlySpan<byte> bytes)
    {
        var text = new List<string>();
        foreach (var parameter in error.Parameters)
        {
            if (bytes.Length < WordSize) break;
            text.Add($"{parameter.Name} {Value(parameter.Type, bytes[..WordSize])}");
            bytes = bytes[WordSize..];
        }
        return string.Join(", ", text);
    }

    private static string Value(string type, ReadOnlySpan<byte> word) => type switch
    {
        "address" => new Address(word[^Address.Size..]).ToString(),
        _ when type.StartsWith("uint", StringComparison.Ordinal) => Number(word),
        _ => "0x" + Convert.ToHexStringLower(word),
    };

    private static string Number(ReadOnlySpan<byte> word) =>
        word.Length < WordSize ? "?" : new BigInteger(word[..WordSize], isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    /// <summary>The text behind an offset and a length of one word each, cut to what is there, without control characters.</summary>
    private static string Text(ReadOnlySpan<byte> arguments)
    {
        const int head = 2 * WordSize;
        if (arguments.Length < head) return "no reason given";
        var length = new BigInteger(arguments[WordSize..head], isUnsigned: true, isBigEndian: true);
        var text = Encoding.UTF8.GetString(arguments[head..][..(int)BigInteger.Min(length, Math.Min(arguments.Length - head, TextMax))]);
        return string.Concat(text.Where(c => !char.IsControl(c)));
    }

    private static uint Key(ReadOnlySpan<byte> selector) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(selector);
}
