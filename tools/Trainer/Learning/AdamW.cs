using System.Runtime.Intrinsics;
using SwarmCompute.Trainer.Maths;
using SwarmCompute.Trainer.Model;

namespace SwarmCompute.Trainer.Learning;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Gains are not decayed.</summary>
internal sealed unsafe class AdamW(TaleWeights weights) : IDisposable
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.98f;
    private const float Epsilon = 1e-8f;
    private const float Decay = 0.05f;
    private readonly Floats _mean = new(weights.Values.Length);
    private readonly Floats _square = new(weights.Values.Length);
    private int _step;

    /// <summary>One step along <paramref name="gradients"/>, whose length is first cut to <paramref name="normMax"/>. Returns the length before.</summary>
    public float Step(Floats gradients, float rate, float normMax)
    {
        _step++;
        var norm = Norm(gradients);
        var cut = norm > normMax ? normMax / norm : 1f;
        var (fix1, fix2) = (1f - MathF.Pow(Beta1, _step), 1f - MathF.Pow(Beta2, _step));
        foreach (var slot in weights.Slots)
            Update(slot, gradients.At(slot.Offset), cut, rate / fix1, 1f / fix2, slot.IsGain ? 0f : rate * Decay);
        return norm;
    }

    public void Dispose()
    {
        _mean.Dispose();
        _square.Dispose();
    }

    private void Update(WeightSlot slot, float* gradient, float cut, float rate, float fix2, float decay)
    {
        float* value = weights.Values.At(slot.Offset), mean = _mean.At(slot.Offset), square = _square.At(slot.Offset);
        for (var i = 0; i < slot.Length; i += Vector512<float>.Count)
        {
            var g = Vector512.Load(gradient + i) * cut;
            var m = (Vector512.Load(mean + i) * Beta1) + (g * (1f - Beta1));
            var s = (Vector512.Load(square + i) * Beta2) + (g * g * (1f - Beta2));
            var step = m * rate / (Vector512.Sqrt(s * fix2) + Vector512.Create(Epsilon));
            ((Vector512.Load(value + i) * (1f - decay)) - step).Store(value + i);
            m.Store(mean + i);
            s.Store(square + i);
        }
    }

    private static float Norm(Floats gradients)
    {
        var sum = 0.0;
        foreach (var g in gradients.Span) sum += (double)g * g;
        return (float)Math.Sqrt(sum);
    }
}
