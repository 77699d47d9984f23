namespace SwarmCompute.Inference;

/// <summary>
/// Rotary position embeddings: pair i of a head is turned by position * frequency i. Which two floats make a pair is the
/// architecture's choice: neighbours (llama), or one of each half (qwen3).
/// </summary>
/// <param name="frequencies">Radians for each position, one for each pair of a head.</param>
/// <param name="halves">Whether the pairs are (i, i + half) instead of (2i, 2i + 1).</param>
internal sealed class Rotation(float[] frequencies, bool halves)
{
    /// <summary>Pairs in a head.</summary>
    public int Pairs => frequencies.Length;

    /// <summary>The usual frequencies: base^(-2i / length), scaled, divided by the model's factors where it has some.</summary>
    /// <param name="headLength">Floats in a head.</param>
    /// <param name="frequencyBase">The model's base, 10,000 in the first ones.</param>
    /// <param name="scale">1, or less where positions are squeezed to reach further.</param>
    /// <param name="factors">One for each pair, or null.</param>
    public static float[] Frequencies(int headLength, double frequencyBase, double scale, float[]? factors)
    {
        var frequencies = new float[headLength / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = (float)(scale * Math.Pow(frequencyBase, -2.0 * i / headLength) / (factors?[i] ?? 1));
        return frequencies;
    }

    /// <summary>Writes the cosine and sine of every pair's angle, alternating: 2 * Pairs floats.</summary>
    public void Angles(int position, Span<float> turns)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            var (sin, cos) = MathF.SinCos(position * frequencies[i]);
            (turns[2 * i], turns[2 * i + 1]) = (cos, sin);
        }
    }

    /// <summary>Turns one head by the angles of a position.</summary>
    public void Turn(Span<float> head, ReadOnlySpan<float> turns)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            var (one, other) = halves ? (i, i + frequencies.Length) : (2 * i, 2 * i + 1);
            var (x, y, cos, sin) = (head[one], head[other], turns[2 * i], turns[2 * i + 1]);
            (head[one], head[other]) = (x * cos - y * sin, x * sin + y * cos);
        }
    }
}
