using CsCheck;
using Xunit;

namespace SwarmCompute.Inference.Tests.Pipeline;

public sealed class BoundaryCodecTests
{
    private static readonly Gen<float> Numbers = Gen.OneOf(Gen.Single[-8f, 8f], Gen.Single[-1e30f, 1e30f], Gen.Single[-1e-38f, 1e-38f], Gen.Const(0f), Gen.Const(-0f));

    private static readonly Gen<(int Numbers, float[] States)> Rows =
        Gen.Select(Gen.Int[1, 80], Gen.Int[1, 4]).SelectMany((numbers, rows) => Numbers.Array[numbers * rows].Select(states => (numbers, states)));

    [Fact]
    public void F32_keeps_every_bit() => Rows.Sample((numbers, states) =>
        Assert.Equal(states.Select(BitConverter.SingleToInt32Bits), Through(BoundaryFormat.F32, numbers, states).Select(BitConverter.SingleToInt32Bits)));

    [Fact]
    public void Bf16_is_off_by_a_256th_of_each_number_at_most() => Rows.Sample((numbers, states) =>
    {
        var read = Through(BoundaryFormat.Bf16, numbers, states);
        for (var i = 0; i < states.Length; i++) Assert.InRange(MathF.Abs(states[i] - read[i]), 0, MathF.Max(MathF.Abs(states[i]) / 256, 1e-40f));
    });

    [Fact]
    public void Byte_blocks_are_off_by_a_254th_of_its_blocks_largest_number_at_most() => Rows.Sample((numbers, states) =>
    {
        var read = Through(BoundaryFormat.ByteBlocks, numbers, states);
        for (var i = 0; i < states.Length; i++)
        {
            var (row, at) = (i / numbers * numbers, i % numbers / BoundaryCodec.BlockNumbers * BoundaryCodec.BlockNumbers);
            var block = states.AsSpan(row, numbers)[at..Math.Min(numbers, at + BoundaryCodec.BlockNumbers)].ToArray();
            Assert.InRange(MathF.Abs(states[i] - read[i]), 0, block.Max(MathF.Abs) / 254 * 1.0001f + 1e-42f);
        }
    });

    [Theory]
    [InlineData(BoundaryFormat.Bf16)]
    [InlineData(BoundaryFormat.ByteBlocks)]
    public void What_was_read_is_written_as_it_came_and_the_same_bytes_come_of_the_same_states(BoundaryFormat format) => Rows.Sample((numbers, states) =>
    {
        var encoded = Encode(format, numbers, states);
        Assert.Equal(encoded, Encode(format, numbers, states));
        if (format == BoundaryFormat.Bf16) Assert.Equal(encoded, Encode(format, numbers, Decode(format, numbers, encoded, states.Length)));
    });

    [Theory]
    [InlineData(BoundaryFormat.Bf16, float.NaN)]
    [InlineData(BoundaryFormat.Bf16, float.PositiveInfinity)]
    [InlineData(BoundaryFormat.Bf16, float.MaxValue)]
    [InlineData(BoundaryFormat.ByteBlocks, float.NaN)]
    [InlineData(BoundaryFormat.ByteBlocks, float.NegativeInfinity)]
    public void A_number_that_would_not_be_finite_is_not_written(BoundaryFormat format, float number)
    {
        var fault = Assert.Throws<InferenceException>(() => Encode(format, 40, [.. Enumerable.Repeat(1f, 39), number]));
        Assert.Contains("not a finite number", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BoundaryFormat.Bf16)]
    [InlineData(BoundaryFormat.ByteBlocks)]
    public void Random_bytes_give_finite_numbers_or_are_refused(BoundaryFormat format) =>
        Gen.Select(Gen.Int[1, 80], Gen.Byte.Array[BoundaryCodec.RowBytes(BoundaryFormat.F32, 80)]).Sample((numbers, bytes) =>
        {
            try
            {
                Assert.All(Decode(format, numbers, bytes[..BoundaryCodec.RowBytes(format, numbers)], numbers), number => Assert.True(float.IsFinite(number)));
            }
            catch (InferenceException refused)
            {
                Assert.Contains("not a finite number", refused.Message, StringComparison.Ordinal);
            }
        });

    [Theory]
    [InlineData(BoundaryFormat.F32)]
    [InlineData(BoundaryFormat.Bf16)]
    [InlineData(BoundaryFormat.ByteBlocks)]
    public void A_rows_length_is_known_by_its_format(BoundaryFormat format)
    {
        var lengths = Enumerable.Range(1, 200).Select(numbers => BoundaryCodec.RowBytes(format, numbers)).ToHashSet();
        Assert.All(Enumerable.Range(0, 200), bytes => Assert.Equal(lengths.Contains(bytes), BoundaryCodec.IsRow(format, bytes)));
    }

    private static float[] Through(BoundaryFormat format, int numbers, float[] states) => Decode(format, numbers, Encode(format, numbers, states), states.Length);

    private static byte[] Encode(BoundaryFormat format, int numbers, float[] states)
    {
        var encoded = new byte[states.Length / numbers * BoundaryCodec.RowBytes(format, numbers)];
        BoundaryCodec.Encode(format, states, numbers, encoded);
        return encoded;
    }

    private static float[] Decode(BoundaryFormat format, int numbers, byte[] encoded, int count)
    {
        var states = new float[count];
        BoundaryCodec.Decode(format, encoded, numbers, states);
        return states;
    }
}
