using SwarmCompute.Trainer.Maths;

namespace SwarmCompute.Trainer.Model;

/// <summary>
/// Causal grouped-query attention, forward and back, one head of one sequence at a time. Works in blocks of query rows, so that
/// the half of the score matrix that causality forbids is mostly not computed.
/// </summary>
internal sealed unsafe class Attention : IDisposable
{
    private const int Block = 96;
    private readonly TaleShape _shape;
    private readonly float _scale;
    private readonly Panels _left;
    private readonly Panels _right;
    private readonly Floats _scores;

    public Attention(TaleShape shape)
    {
        _shape = shape;
        _scale = 1f / MathF.Sqrt(shape.HeadWidth);
        var padded = Math.Max(shape.HeadWidth, Panels.Columns) * (shape.Context + Panels.Columns);
        (_left, _right, _scores) = (new Panels(padded), new Panels(padded), new Floats(shape.Context * shape.Context));
    }

    /// <summary>mixed = softmax(q k / sqrt(head width)) v for one sequence; keeps the chances of every head.</summary>
    public void Forward(float* q, float* k, float* v, float* chances, float* mixed, int time)
    {
        var (head, width, kvWidth) = (_shape.HeadWidth, _shape.Width, _shape.KvWidth);
        for (var h = 0; h < _shape.Heads; h++, chances += time * time)
        {
            var kv = h / (_shape.Heads / _shape.KvHeads) * head;
            var keys = _left.Pack(k + kv, head, time, 1, kvWidth);
            var values = _right.Pack(v + kv, time, head, kvWidth, 1);
            for (var first = 0; first < time; first += Block)
            {
                var end = Math.Min(first + Block, time);
                var rows = chances + (first * time);
                Product.Run(q + (first * width) + (h * head), width, 1, keys, rows, time, end - first, end, add: false);
                for (var i = first; i < end; i++) RowMath.Softmax(chances + (i * time), i + 1, end, _scale);
                Product.Run(rows, time, 1, values, mixed + (first * width) + (h * head), width, end - first, head, add: false, 0, end);
            }
        }
    }

    /// <summary>From the gradient of mixed to the gradients of q, k and v, which are added to.</summary>
    public void Back(float* q, float* k, float* v, float* chances, float* dMixed, float* dq, float* dk, float* dv, int time)
    {
        var (head, width, kvWidth) = (_shape.HeadWidth, _shape.Width, _shape.KvWidth);
        for (var h = 0; h < _shape.Heads; h++, chances += time * time)
        {
            var (own, kv) = (h * head, h / (_shape.Heads / _shape.KvHeads) * head);
            ScoreGradients(k + kv, v + kv, chances, dMixed + own, dq + own, time);
            var mixedRows = _left.Pack(dMixed + own, time, head, width, 1);
            var queries = _right.Pack(q + own, time, head, width, 1);
            for (var first = 0; first < time; first += Block)
            {
                var rows = Math.Min(first + Block, time) - first;
                Product.Run(chances + first, 1, time, mixedRows, dv + kv + (first * kvWidth), kvWidth, rows, head, add: true, first);
                Product.Run(_scores.At(first), 1, time, queries, dk + kv + (first * kvWidth), kvWidth, rows, head, add: true, first);
            }
        }
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _scores.Dispose();
    }

    private void ScoreGradients(float* k, float* v, float* chances, float* dMixed, float* dq, int time)
    {
        var (head, width, kvWidth) = (_shape.HeadWidth, _shape.Width, _shape.KvWidth);
        var values = _left.Pack(v, head, time, 1, kvWidth);
        var keys = _right.Pack(k, time, head, kvWidth, 1);
        for (var first = 0; first < time; first += Block)
        {
            var end = Math.Min(first + Block, time);
            var rows = _scores.At(first * time);
            Product.Run(dMixed + (first * width), width, 1, values, rows, time, end - first, end, add: false);
            for (var i = first; i < end; i++) RowMath.SoftmaxBack(chances + (i * time), _scores.At(i * time), end, _scale);
            Product.Run(rows, time, 1, keys, dq + (first * width), width, end - first, head, add: true, 0, end);
        }
    }
}
