using SwarmCompute.Trainer.Maths;

namespace SwarmCompute.Trainer.Model;

/// <summary>
/// One worker's forward and backward pass over a few sequences of equal length: its own activations and its own gradients,
/// so that two passes can run side by side over the same weights.
/// </summary>
internal sealed unsafe class TalePass : IDisposable
{
    private readonly TaleShape _shape;
    private readonly TaleWeights _weights;
    private readonly int _sequencesMax;
    private readonly Layer[] _layers;
    private readonly RotaryTable _rotary;
    private readonly Attention _attention;
    private readonly Panels _panels;
    private readonly List<Floats> _owned = [];
    private readonly Floats _last, _lastNormed, _lastScale, _logits;
    private readonly Floats _dx, _dNormed, _dWide, _dq, _dk, _dv;

    public TalePass(TaleWeights weights, int sequencesMax, bool withGradients)
    {
        weights.Shape.ThrowIfNotWhole();
        (_weights, _shape, _sequencesMax) = (weights, weights.Shape, sequencesMax);
        var rows = sequencesMax * _shape.Context;
        _layers = [.. Enumerable.Range(0, _shape.Layers).Select(_ => new Layer(this, rows))];
        (_rotary, _attention) = (new RotaryTable(_shape), new Attention(_shape));
        _panels = new Panels(Math.Max(_shape.Vocabulary, Math.Max(_shape.FeedForward, rows)) * (Math.Max(_shape.Width, _shape.FeedForward) + Panels.Columns));
        (_last, _lastNormed, _lastScale) = (Own(rows * _shape.Width), Own(rows * _shape.Width), Own(rows));
        _logits = Own(rows * _shape.Vocabulary);
        var back = withGradients ? rows : 1;
        (_dx, _dNormed, _dWide) = (Own(back * _shape.Width), Own(back * _shape.Width), Own(back * _shape.FeedForward));
        (_dq, _dk, _dv) = (Own(back * _shape.Width), Own(back * _shape.KvWidth), Own(back * _shape.KvWidth));
        Gradients = Own(withGradients ? weights.Values.Length : 1);
    }

    /// <summary>Sums of gradients since they were last cleared; laid out as the weights.</summary>
    public Floats Gradients { get; }

    /// <summary>Runs the model; the answer holds [sequence, position, token] and is overwritten by the next call.</summary>
    /// <param name="ids">Token ids, sequence after sequence.</param>
    /// <param name="time">Positions in a sequence: a multiple of 16, at most the context.</param>
    public Span<float> Forward(ReadOnlySpan<int> ids, int time)
    {
        if (time % 16 != 0 || time > _shape.Context || ids.Length % time != 0 || ids.Length / time > _sequencesMax)
            throw new ArgumentException($"{ids.Length} ids in sequences of {time} do not fit {_sequencesMax} x {_shape.Context}.", nameof(ids));
        var (rows, width) = (ids.Length, _shape.Width);
        var table = Value("token_embd.weight");
        for (var r = 0; r < rows; r++)
            new ReadOnlySpan<float>(table + (ids[r] * width), width).CopyTo(new Span<float>(Input(0) + (r * width), width));
        for (var i = 0; i < _layers.Length; i++) RunLayer(i, rows, time);
        Normalise(_last.At(), "output_norm.weight", _lastNormed.At(), _lastScale.At(), rows);
        Linear(_lastNormed.At(), "token_embd.weight", _logits.At(), rows, add: false);
        return _logits.Span[..(rows * _shape.Vocabulary)];
    }

    /// <summary>Runs forward and back, and adds the gradients of the summed loss times <paramref name="share"/>. Returns the summed loss in nats.</summary>
    public double Learn(ReadOnlySpan<int> ids, ReadOnlySpan<int> next, int time, float share)
    {
        var logits = Forward(ids, time);
        var (rows, vocabulary) = (ids.Length, _shape.Vocabulary);
        var loss = 0.0;
        for (var r = 0; r < rows; r++)
        {
            var row = _logits.At(r * vocabulary);
            RowMath.Softmax(row, vocabulary, vocabulary, 1f);
            loss -= Math.Log(Math.Max(row[next[r]], 1e-30f));
            row[next[r]] -= 1f;
        }
        foreach (ref var d in logits) d *= share;
        Clear(_dNormed);
        Clear(_dx);
        LinearBack(_lastNormed.At(), "token_embd.weight", _logits.At(), _dNormed.At(), rows);
        NormaliseBack(_last.At(), "output_norm.weight", _lastScale.At(), _dNormed.At(), _dx.At(), rows);
        for (var i = _layers.Length - 1; i >= 0; i--) LayerBack(i, rows, time);
        var table = Gradient("token_embd.weight");
        for (var r = 0; r < rows; r++) RowMath.Add(table + (ids[r] * _shape.Width), _dx.At(r * _shape.Width), _shape.Width);
        return loss;
    }

    public void Dispose()
    {
        foreach (var block in _owned) block.Dispose();
        _rotary.Dispose();
        _attention.Dispose();
        _panels.Dispose();
    }

    private void RunLayer(int index, int rows, int time)
    {
        var (layer, prefix, width) = (_layers[index], $"blk.{index}.", _shape.Width);
        float* input = Input(index), output = Input(index + 1);
        Normalise(input, prefix + "attn_norm.weight", layer.Normed1.At(), layer.Scale1.At(), rows);
        Linear(layer.Normed1.At(), prefix + "attn_q.weight", layer.Q.At(), rows, add: false);
        Linear(layer.Normed1.At(), prefix + "attn_k.weight", layer.K.At(), rows, add: false);
        Linear(layer.Normed1.At(), prefix + "attn_v.weight", layer.V.At(), rows, add: false);
        _rotary.Turn(layer.Q.At(), rows, width, time, 1f);
        _rotary.Turn(layer.K.At(), rows, _shape.KvWidth, time, 1f);
        for (var s = 0; s < rows / time; s++)
        {
            var (at, kv) = (s * time * width, s * time * _shape.KvWidth);
            _attention.Forward(layer.Q.At(at), layer.K.At(kv), layer.V.At(kv), layer.ChancesOf(s), layer.Mixed.At(at), time);
        }
        Copy(input, layer.Middle.At(), rows * width);
        Linear(layer.Mixed.At(), prefix + "attn_output.weight", layer.Middle.At(), rows, add: true);
        Normalise(layer.Middle.At(), prefix + "ffn_norm.weight", layer.Normed2.At(), layer.Scale2.At(), rows);
        Linear(layer.Normed2.At(), prefix + "ffn_gate.weight", layer.GateIn.At(), rows, add: false);
        Linear(layer.Normed2.At(), prefix + "ffn_up.weight", layer.Up.At(), rows, add: false);
        RowMath.Gate(layer.GateIn.At(), layer.Up.At(), layer.Act.At(), rows * _shape.FeedForward);
        Copy(layer.Middle.At(), output, rows * width);
        Linear(layer.Act.At(), prefix + "ffn_down.weight", output, rows, add: true);
    }

    private void LayerBack(int index, int rows, int time)
    {
        var (layer, prefix, width) = (_layers[index], $"blk.{index}.", _shape.Width);
        Clear(_dWide);
        LinearBack(layer.Act.At(), prefix + "ffn_down.weight", _dx.At(), _dWide.At(), rows);
        RowMath.GateBack(layer.GateIn.At(), layer.Up.At(), _dWide.At(), rows * _shape.FeedForward);
        Clear(_dNormed);
        LinearBack(layer.Normed2.At(), prefix + "ffn_gate.weight", layer.GateIn.At(), _dNormed.At(), rows);
        LinearBack(layer.Normed2.At(), prefix + "ffn_up.weight", layer.Up.At(), _dNormed.At(), rows);
        NormaliseBack(layer.Middle.At(), prefix + "ffn_norm.weight", layer.Scale2.At(), _dNormed.At(), _dx.At(), rows);

        Clear(_dNormed);
        LinearBack(layer.Mixed.At(), prefix + "attn_output.weight", _dx.At(), _dNormed.At(), rows);
        Clear(_dq);
        Clear(_dk);
        Clear(_dv);
        for (var s = 0; s < rows / time; s++)
        {
            var (at, kv) = (s * time * width, s * time * _shape.KvWidth);
            _attention.Back(
                layer.Q.At(at), layer.K.At(kv), layer.V.At(kv), layer.ChancesOf(s), _dNormed.At(at), _dq.At(at), _dk.At(kv), _dv.At(kv), time);
        }
        _rotary.Turn(_dq.At(), rows, width, time, -1f);
        _rotary.Turn(_dk.At(), rows, _shape.KvWidth, time, -1f);
        Clear(_dNormed);
        LinearBack(layer.Normed1.At(), prefix + "attn_q.weight", _dq.At(), _dNormed.At(), rows);
        LinearBack(layer.Normed1.At(), prefix + "attn_k.weight", _dk.At(), _dNormed.At(), rows);
        LinearBack(layer.Normed1.At(), prefix + "attn_v.weight", _dv.At(), _dNormed.At(), rows);
        NormaliseBack(Input(index), prefix + "attn_norm.weight", layer.Scale1.At(), _dNormed.At(), _dx.At(), rows);
    }

    private void Linear(float* x, string name, float* y, int rows, bool add)
    {
        var w = _weights[name];
        var panels = _panels.Pack(Value(name), w.Columns, w.Rows, 1, w.Columns);
        Product.Run(x, w.Columns, 1, panels, y, w.Rows, rows, w.Rows, add);
    }

    private void LinearBack(float* x, string name, float* dy, float* dx, int rows)
    {
        var w = _weights[name];
        Product.Run(dy, w.Rows, 1, _panels.Pack(Value(name), w.Rows, w.Columns, w.Columns, 1), dx, w.Columns, rows, w.Columns, add: true);
        Product.Run(dy, 1, w.Rows, _panels.Pack(x, rows, w.Columns, w.Columns, 1), Gradient(name), w.Columns, w.Rows, w.Columns, add: true);
    }

    private void Normalise(float* x, string gain, float* y, float* scales, int rows)
    {
        var width = _shape.Width;
        var g = Value(gain);
        for (var r = 0; r < rows; r++) scales[r] = RowMath.Normalise(x + (r * width), g, y + (r * width), width, TaleShape.NormEpsilon);
    }

    private void NormaliseBack(float* x, string gain, float* scales, float* dy, float* dx, int rows)
    {
        var width = _shape.Width;
        float* g = Value(gain), dg = Gradient(gain);
        for (var r = 0; r < rows; r++)
            RowMath.NormaliseBack(x + (r * width), g, scales[r], dy + (r * width), dx + (r * width), dg, width);
    }

    private float* Input(int layer) => layer == _layers.Length ? _last.At() : _layers[layer].Input.At();

    private float* Value(string name) => _weights.Values.At(_weights[name].Offset);

    private float* Gradient(string name) => Gradients.At(_weights[name].Offset);

    private static void Clear(Floats block) => block.Span.Clear();

    private static void Copy(float* from, float* to, int length) => new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));

    private Floats Own(int length)
    {
        var block = new Floats(length);
        _owned.Add(block);
        return block;
    }

    /// <summary>What one block keeps of the way forward for the way back.</summary>
    private sealed class Layer
    {
        private readonly Floats[] _chances;

        public Layer(TalePass pass, int rows)
        {
            var shape = pass._shape;
            (Input, Middle) = (pass.Own(rows * shape.Width), pass.Own(rows * shape.Width));
            (Normed1, Normed2, Scale1, Scale2) = (pass.Own(rows * shape.Width), pass.Own(rows * shape.Width), pass.Own(rows), pass.Own(rows));
            (Q, K, V) = (pass.Own(rows * shape.Width), pass.Own(rows * shape.KvWidth), pass.Own(rows * shape.KvWidth));
            Mixed = pass.Own(rows * shape.Width);
            (GateIn, Up, Act) = (pass.Own(rows * shape.FeedForward), pass.Own(rows * shape.FeedForward), pass.Own(rows * shape.FeedForward));
            _chances = [.. Enumerable.Range(0, pass._sequencesMax).Select(_ => pass.Own(shape.Heads * shape.Context * shape.Context))];
        }

        public Floats Input { get; }

        public Floats Middle { get; }

        public Floats Normed1 { get; }

        public Floats Normed2 { get; }

        public Floats Scale1 { get; }

        public Floats Scale2 { get; }

        public Floats Q { get; }

        public Floats K { get; }

        public Floats V { get; }

        public Floats Mixed { get; }

        public Floats GateIn { get; }

        public Floats Up { get; }

        public Floats Act { get; }

        public float* ChancesOf(int sequence) => _chances[sequence].At();
    }
}
