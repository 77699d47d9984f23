using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// Writes hidden states in a <see cref="BoundaryFormat"/> and reads them. The same states give the same bytes on every machine. A token is a row; the
/// last block of an ByteBlocks row is shorter where the row's length is no multiple of 32.
/// </summary>
internal static class BoundaryCodec
{
    /// <summary>Numbers that have one scale in ByteBlocks.</summary>
    public const int BlockNumbers = 32;

    private const int ScaleSize = sizeof(float), Steps = 127;

    /// <summary>Bytes of a token's state with so many numbers.</summary>
    public static int RowBytes(BoundaryFormat format, int numbers) => format switch
    {
        BoundaryFormat.F32 => numbers * sizeof(float),
        BoundaryFormat.Bf16 => numbers * sizeof(ushort),
        BoundaryFormat.ByteBlocks => numbers + (numbers + BlockNumbers - 1) / BlockNumbers * ScaleSize,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This is no format of boundary frames."),
    };

    /// <summary>Whether some number of numbers has this many bytes.</summary>
    public static bool IsRow(BoundaryFormat format, int bytes) => format switch
    {
        BoundaryFormat.F32 => bytes > 0 && bytes % sizeof(float) == 0,
        BoundaryFormat.Bf16 => bytes > 0 && bytes % sizeof(ushort) == 0,
        BoundaryFormat.ByteBlocks => bytes > 0 && bytes % (BlockNumbers + ScaleSize) is 0 or > ScaleSize,
        _ => false,
    };

    /// <summary>Writes rows of so many numbers.</summary>
    /// <exception cref="InferenceException">A number is not finite, or as bf16 would not be.</exception>
    public static void Encode(BoundaryFormat format, ReadOnlySpan<float> states, int numbers, Span<byte> encoded)
    {
        switch (format)
        {
            case BoundaryFormat.Bf16:
                EncodeBf16(states, MemoryMarshal.Cast<byte, ushort>(encoded));
                break;
            case BoundaryFormat.ByteBlocks:
                for (; !states.IsEmpty; states = states[numbers..])
                    for (var at = 0; at < numbers; at += BlockNumbers) encoded = EncodeBlock(states[at..Math.Min(numbers, at + BlockNumbers)], encoded);
                break;
            default:
                MemoryMarshal.AsBytes(states).CopyTo(encoded);
                break;
        }
    }

    /// <summary>Reads rows of so many numbers.</summary>
    /// <exception cref="InferenceException">A number is not finite.</exception>
    public static void Decode(BoundaryFormat format, ReadOnlySpan<byte> encoded, int numbers, Span<float> states)
    {
        switch (format)
        {
            case BoundaryFormat.Bf16:
                DecodeBf16(MemoryMarshal.Cast<byte, ushort>(encoded), states);
                break;
            case BoundaryFormat.ByteBlocks:
                for (; !states.IsEmpty; states = states[numbers..])
                    for (var at = 0; at < numbers; at += BlockNumbers) encoded = DecodeBlock(encoded, states[at..Math.Min(numbers, at + BlockNumbers)]);
                break;
            default:
                encoded.CopyTo(MemoryMarshal.AsBytes(states));
                break;
        }
    }

    private static void EncodeBf16(ReadOnlySpan<float> states, Span<ushort> encoded)
    {
        for (var i = 0; i < states.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(states[i]);
            var rounded = unchecked(bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
            if (!float.IsFinite(states[i]) || !float.IsFinite(BitConverter.UInt32BitsToSingle(rounded << 16))) throw NotFinite(BoundaryFormat.Bf16);
            encoded[i] = (ushort)rounded;
        }
    }

    private static void DecodeBf16(ReadOnlySpan<ushort> encoded, Span<float> states)
    {
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = BitConverter.UInt32BitsToSingle((uint)encoded[i] << 16);
            if (!float.IsFinite(states[i])) throw NotFinite(BoundaryFormat.Bf16);
        }
    }

    private static Span<byte> EncodeBlock(ReadOnlySpan<float> block, Span<byte> encoded)
    {
        var largest = 0f;
        foreach (var number in block)
        {
            if (!float.IsFinite(number)) throw NotFinite(BoundaryFormat.ByteBlocks);
            largest = MathF.Max(largest, MathF.Abs(number));
        }
        var scale = largest / Steps;                                         // 0 where all are, or are too small for any
        BinaryPrimitives.WriteSingleLittleEndian(encoded, scale);
        var bytes = MemoryMarshal.Cast<byte, sbyte>(encoded.Slice(ScaleSize, block.Length));
        for (var i = 0; i < block.Length; i++) bytes[i] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(block[i] / scale), -Steps, Steps);
        return encoded[(ScaleSize + block.Length)..];
    }

    private static ReadOnlySpan<byte> DecodeBlock(ReadOnlySpan<byte> encoded, Span<float> block)
    {
        var scale = BinaryPrimitives.ReadSingleLittleEndian(encoded);
        if (!float.IsFinite(scale * sbyte.MinValue)) throw NotFinite(BoundaryFormat.ByteBlocks);
        var bytes = MemoryMarshal.Cast<byte, sbyte>(encoded.Slice(ScaleSize, block.Length));
        for (var i = 0; i < block.Length; i++) block[i] = bytes[i] * scale;
        return encoded[(ScaleSize + block.Length)..];
    }

    private static InferenceException NotFinite(BoundaryFormat format) =>
        new($"A hidden state is not a finite number in {format}: the file is damaged, or what came from the stage before was.");
}
