using System.Runtime.Intrinsics;

namespace SwarmCompute.Trainer.Maths;

/// <summary>Operations along one row of floats. Lengths are multiples of 16 unless said otherwise.</summary>
internal static unsafe class RowMath
{
    private const int Lanes = 16;

    /// <summary>to += from.</summary>
    public static void Add(float* to, float* from, int length)
    {
        for (var i = 0; i < length; i += Lanes) (Vector512.Load(to + i) + Vector512.Load(from + i)).Store(to + i);
    }

    /// <summary>y = x * s * gain with s = 1 / sqrt(mean(x^2) + epsilon). Returns s, which the way back needs.</summary>
    public static float Normalise(float* x, float* gain, float* y, int length, float epsilon)
    {
        var squares = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Lanes) squares = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(x + i), squares);
        var scale = 1f / MathF.Sqrt((Vector512.Sum(squares) / length) + epsilon);
        for (var i = 0; i < length; i += Lanes) (Vector512.Load(x + i) * scale * Vector512.Load(gain + i)).Store(y + i);
        return scale;
    }

    /// <summary>The way back through <see cref="Normalise"/>: adds to dx and to the gradient of the gain.</summary>
    public static void NormaliseBack(float* x, float* gain, float scale, float* dy, float* dx, float* dGain, int length)
    {
        var dot = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Lanes)
        {
            var (xi, di) = (Vector512.Load(x + i), Vector512.Load(dy + i));
            dot = Vector512.FusedMultiplyAdd(di * Vector512.Load(gain + i), xi, dot);
            Vector512.FusedMultiplyAdd(di * scale, xi, Vector512.Load(dGain + i)).Store(dGain + i);
        }
        var pull = Vector512.Sum(dot) * scale * scale * scale / length;
        for (var i = 0; i < length; i += Lanes)
        {
            var direct = Vector512.Load(dy + i) * Vector512.Load(gain + i) * scale;
            (Vector512.Load(dx + i) + direct - (Vector512.Load(x + i) * pull)).Store(dx + i);
        }
    }

    /// <summary>act = silu(gate) * up.</summary>
    public static void Gate(float* gate, float* up, float* act, int length)
    {
        for (var i = 0; i < length; i += Lanes)
            (Vector512.Load(gate + i) * Sigmoid(Vector512.Load(gate + i)) * Vector512.Load(up + i)).Store(act + i);
    }

    /// <summary>The way back through <see cref="Gate"/>: gate and up are overwritten by their gradients.</summary>
    public static void GateBack(float* gate, float* up, float* dAct, int length)
    {
        for (var i = 0; i < length; i += Lanes)
        {
            var (g, u, d) = (Vector512.Load(gate + i), Vector512.Load(up + i), Vector512.Load(dAct + i));
            var s = Sigmoid(g);
            (d * u * s * (Vector512<float>.One + (g * (Vector512<float>.One - s)))).Store(gate + i);
            (d * g * s).Store(up + i);
        }
    }

    /// <summary>Softmax of the first <paramref name="live"/> (any number) of <paramref name="length"/> scaled values; the rest becomes zero.</summary>
    public static void Softmax(float* row, int live, int length, float scale)
    {
        for (var i = live; i < length; i++) row[i] = float.NegativeInfinity;
        var top = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < length; i += Lanes) top = Vector512.Max(top, Vector512.Load(row + i));
        var max = float.NegativeInfinity;
        for (var i = 0; i < Lanes; i++) max = Math.Max(max, top[i]);
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Lanes)
        {
            var e = Vector512.Exp((Vector512.Load(row + i) - Vector512.Create(max)) * scale);
            e.Store(row + i);
            sum += e;
        }
        var share = 1f / Vector512.Sum(sum);
        for (var i = 0; i < length; i += Lanes) (Vector512.Load(row + i) * share).Store(row + i);
    }

    /// <summary>The way back through <see cref="Softmax"/>: d becomes the gradient of the unscaled inputs.</summary>
    public static void SoftmaxBack(float* chances, float* d, int length, float scale)
    {
        var dot = Vector512<float>.Zero;
        for (var i = 0; i < length; i += Lanes) dot = Vector512.FusedMultiplyAdd(Vector512.Load(chances + i), Vector512.Load(d + i), dot);
        var mean = Vector512.Create(Vector512.Sum(dot));
        for (var i = 0; i < length; i += Lanes) (Vector512.Load(chances + i) * (Vector512.Load(d + i) - mean) * scale).Store(d + i);
    }

    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));
}
