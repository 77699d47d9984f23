using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// Makes one vector of the final states of a text's tokens, which come one after the other. The order of the sum never changes, so it does not
/// matter how the text is cut into calls.
/// </summary>
internal sealed class TextPool(PoolingKind kind, int width)
{
    private readonly double[] _sum = new double[width];
    private int _tokens;

    /// <summary>Adds the states of the tokens that follow.</summary>
    public void Add(ReadOnlySpan<float> states)
    {
        for (; !states.IsEmpty; states = states[width..])
        {
            if (_tokens++ > 0 && kind == PoolingKind.First) continue;
            if (kind == PoolingKind.Last) Array.Clear(_sum);
            for (var i = 0; i < width; i++) _sum[i] += states[i];
        }
    }

    /// <summary>The same, of states as bytes, little-endian.</summary>
    public void Add(ReadOnlySpan<byte> states) => Add(MemoryMarshal.Cast<byte, float>(states));

    /// <summary>The vector of the text so far, of length 1; only its direction has a meaning, so a sum is as good as a mean.</summary>
    /// <param name="tokens">Tokens of the text: all of them must have been added.</param>
    /// <exception cref="InferenceException">Not all were, or the states give no direction.</exception>
    public float[] Vector(int tokens)
    {
        if (_tokens != tokens)
            throw new InferenceException($"The states of {_tokens} of the text's {tokens} tokens were pooled; open another session and replay its calls.");
        var length = Math.Sqrt(_sum.Sum(number => number * number));
        if (!double.IsFinite(length) || length == 0) throw new InferenceException("The model gave states without a direction: the file is damaged, or a hidden state was.");
        return [.. _sum.Select(number => (float)(number / length))];
    }
}
