using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SwarmCompute.Inference;

/// <summary>
/// Arithmetic on rows of floats, always in the same order: eight lanes, whatever the processor has, and no fused operations.
/// A result depends on the numbers alone, not on where they lie or what is computed beside them.
/// </summary>
internal static class FloatMath
{
    private static readonly Vector256<float> HalfScale = Vector256.Create(BitConverter.UInt32BitsToSingle((254 - 15) << 23));     // 2^112

    /// <summary>The sum of the products.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref var left = ref MemoryMarshal.GetReference(a);
        ref var right = ref MemoryMarshal.GetReference(b[..a.Length]);
        var (sum0, sum1) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var (sum2, sum3) = (Vector256<float>.Zero, Vector256<float>.Zero);
        nuint at = 0;
        var length = (nuint)a.Length;
        for (; at + 32 <= length; at += 32)
        {
            sum0 += Vector256.LoadUnsafe(ref left, at) * Vector256.LoadUnsafe(ref right, at);
            sum1 += Vector256.LoadUnsafe(ref left, at + 8) * Vector256.LoadUnsafe(ref right, at + 8);
            sum2 += Vector256.LoadUnsafe(ref left, at + 16) * Vector256.LoadUnsafe(ref right, at + 16);
            sum3 += Vector256.LoadUnsafe(ref left, at + 24) * Vector256.LoadUnsafe(ref right, at + 24);
        }
        var total = Sum(sum0 + sum1 + (sum2 + sum3));
        for (var i = (int)at; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    /// <summary>Adds a multiple of a row to another: to += factor * from.</summary>
    public static void AddScaled(Span<float> to, float factor, ReadOnlySpan<float> from)
    {
        ref var source = ref MemoryMarshal.GetReference(from[..to.Length]);
        ref var target = ref MemoryMarshal.GetReference(to);
        nuint at = 0;
        var length = (nuint)to.Length;
        for (; at + 8 <= length; at += 8)
            (Vector256.LoadUnsafe(ref target, at) + Vector256.LoadUnsafe(ref source, at) * factor).StoreUnsafe(ref target, at);
        for (var i = (int)at; i < to.Length; i++) to[i] += from[i] * factor;
    }

    /// <summary>Divides a row by the root of the mean of its squares, and multiplies it with weights.</summary>
    public static void RmsNorm(ReadOnlySpan<float> from, ReadOnlySpan<float> weights, float epsilon, Span<float> to)
    {
        var scale = 1 / MathF.Sqrt(Dot(from, from) / from.Length + epsilon);
        for (var i = 0; i < from.Length; i++) to[i] = from[i] * scale * weights[i];
    }

    /// <summary>Turns scores into weights that add up to 1.</summary>
    public static void Softmax(Span<float> scores)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in scores) highest = MathF.Max(highest, score);
        var sum = 0f;
        for (var i = 0; i < scores.Length; i++) sum += scores[i] = MathF.Exp(scores[i] - highest);
        for (var i = 0; i < scores.Length; i++) scores[i] /= sum;
    }

    /// <summary>gate = silu(gate) * up, where silu(x) = x / (1 + e^-x).</summary>
    public static void SwiGlu(Span<float> gate, ReadOnlySpan<float> up)
    {
        for (var i = 0; i < gate.Length; i++) gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    /// <summary>The floats that halves (IEEE 754 binary16, given as bits) stand for; exact for every one.</summary>
    public static void FromHalves(ReadOnlySpan<ushort> halves, Span<float> to)
    {
        ref var source = ref MemoryMarshal.GetReference(halves);
        ref var target = ref MemoryMarshal.GetReference(to[..halves.Length]);
        nuint at = 0;
        var length = (nuint)halves.Length;
        for (; at + 16 <= length; at += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, at));
            FromHalves(low).StoreUnsafe(ref target, at);
            FromHalves(high).StoreUnsafe(ref target, at + 8);
        }
        for (var i = (int)at; i < halves.Length; i++) to[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);
    }

    /// <summary>The floats that bfloat16 numbers stand for: the upper half of a float's bits.</summary>
    public static void FromBFloats(ReadOnlySpan<ushort> bits, Span<float> to)
    {
        for (var i = 0; i < bits.Length; i++) to[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
    }

    /// <summary>The floats of blocks of the type q8_0: a half, and 32 signed bytes that it multiplies (ggml-common.h, block_q8_0).</summary>
    public static void FromBlocks(ReadOnlySpan<byte> blocks, Span<float> to)
    {
        const int Elements = 32, Bytes = 2 + Elements;
        for (int at = 0, i = 0; at < blocks.Length; at += Bytes, i += Elements)
        {
            var scale = (float)MemoryMarshal.Read<Half>(blocks[at..]);
            ref var numbers = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, sbyte>(blocks.Slice(at + 2, Elements)));
            ref var target = ref MemoryMarshal.GetReference(to.Slice(i, Elements));
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref numbers));
            var (first, second) = Vector256.Widen(low);
            var (third, fourth) = Vector256.Widen(high);
            (Vector256.ConvertToSingle(first) * scale).StoreUnsafe(ref target);
            (Vector256.ConvertToSingle(second) * scale).StoreUnsafe(ref target, 8);
            (Vector256.ConvertToSingle(third) * scale).StoreUnsafe(ref target, 16);
            (Vector256.ConvertToSingle(fourth) * scale).StoreUnsafe(ref target, 24);
        }
    }

    private static Vector256<float> FromHalves(Vector256<uint> bits)
    {
        var magnitude = bits & Vector256.Create(0x7FFFu);
        var scaled = ((magnitude << 13).AsSingle() * HalfScale).AsUInt32();                    // moves the exponent; makes subnormal ones normal
        var endless = Vector256.GreaterThan(magnitude, Vector256.Create(0x7BFFu)) & Vector256.Create(0x7F80_0000u);
        return (scaled | endless | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    private static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }
}
