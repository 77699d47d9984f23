namespace SwarmCompute.Inference;

/// <summary>
/// The keys and values of one sequence, whose room grows as they do, and the room for computing with them, which is allocated at the start. Each
/// token's result is made from its own hidden state and from what the tokens before it left, in an order that never changes.
/// So it does not matter how a text is cut into calls.
/// </summary>
internal sealed class ManagedSequence
{
    private const int RoomMin = 64;

    private readonly ManagedModel _model;
    private readonly int _context;
    private readonly float[][] _keys, _values;
    private readonly float[] _states, _normed, _queries, _attended, _gates, _ups, _turns, _scores, _row, _logits;
    private int _room;

    /// <exception cref="InferenceException">There is not enough memory.</exception>
    public ManagedSequence(ManagedModel model, StageLoadOptions options)
    {
        (_model, _context) = (model, options.ContextTokensPerSession);
        var tokens = (long)options.PrefillTokensMax;
        var (queries, inner) = ((long)model.Heads * model.HeadLength, model.Layers.Max(layer => layer.Gate.Rows));
        try
        {
            (_keys, _values) = ([.. model.Layers.Select(_ => Room(0))], [.. model.Layers.Select(_ => Room(0))]);
            (_states, _normed) = (Room(tokens * model.Width), Room(tokens * model.Width));
            (_queries, _attended) = (Room(tokens * queries), Room(tokens * queries));
            (_gates, _ups) = (Room(tokens * inner), Room(tokens * inner));
            (_turns, _scores) = (Room(tokens * model.HeadLength), Room(_context));
            (_row, _logits) = (Room(Math.Max(Math.Max(model.Width, inner), queries)), Room(model.Head?.Rows ?? 0));
        }
        catch (OutOfMemoryException failure)
        {
            throw new InferenceException($"A session of {_context} tokens cannot be opened: there is not enough memory. Load the stage for shorter or fewer sessions.", failure);
        }

        static float[] Room(long floats) => new float[floats];
    }

    /// <summary>Runs all layers; gives the hidden states after them, valid until the next call.</summary>
    /// <exception cref="InferenceException">There is not enough memory; the sequence is as it was.</exception>
    public ReadOnlySpan<float> Run(ReadOnlySpan<float> hidden, int tokens, int position)
    {
        if (position + tokens > _room) Grow(position, position + tokens);
        var states = _states.AsSpan(0, tokens * _model.Width);
        hidden.CopyTo(states);
        for (var i = 0; i < tokens; i++) _model.Rotation.Angles(position + i, Part(_turns, i, _model.HeadLength));
        for (var layer = 0; layer < _model.Layers.Length; layer++)
        {
            Attend(_model.Layers[layer], _keys[layer], _values[layer], states, tokens, position);
            Forward(_model.Layers[layer], states, tokens);
        }
        return states;
    }

    /// <summary>A final state: the hidden state after the last layer, normed; valid until the next call.</summary>
    public ReadOnlySpan<float> Final(ReadOnlySpan<float> state)
    {
        var normed = _normed.AsSpan(0, _model.Width);
        FloatMath.RmsNorm(state, _model.FinalNorm, _model.NormEpsilon, normed);
        return normed;
    }

    /// <summary>The logits of the token that follows a hidden state, valid until the next call.</summary>
    public ReadOnlySpan<float> Logits(ReadOnlySpan<float> state)
    {
        var normed = Final(state);
        _model.Head!.Multiply(normed, 1, _logits, _row);
        return _logits;
    }

    /// <summary>Makes room for the keys and values of so many tokens, and of half as many again.</summary>
    private void Grow(int position, int tokens)
    {
        var room = Math.Min(_context, Math.Max(RoomMin, tokens + tokens / 2));
        try
        {
            for (var layer = 0; layer < _keys.Length; layer++)
            {
                var width = _model.Layers[layer].Key.Rows;
                _keys[layer] = Larger(_keys[layer], position * width, (long)room * width);
                _values[layer] = Larger(_values[layer], position * width, (long)room * width);
            }
        }
        catch (OutOfMemoryException failure)
        {
            throw new InferenceException($"There is not enough memory for {tokens} tokens of a session; load the stage for fewer tokens.", failure);
        }
        _room = room;

        static float[] Larger(float[] cache, int used, long floats)
        {
            var larger = new float[floats];
            cache.AsSpan(0, used).CopyTo(larger);
            return larger;
        }
    }

    private void Attend(ManagedLayer layer, float[] keys, float[] values, Span<float> states, int tokens, int position)
    {
        var widthKv = layer.Key.Rows;
        var queries = _queries.AsSpan(0, tokens * layer.Query.Rows);
        var attended = _attended.AsSpan(0, tokens * layer.Query.Rows);
        var newKeys = keys.AsSpan(position * widthKv, tokens * widthKv);
        Norm(states, layer.AttentionNorm, tokens);
        layer.Query.Multiply(_normed, tokens, queries, _row);
        layer.Key.Multiply(_normed, tokens, newKeys, _row);
        layer.Value.Multiply(_normed, tokens, values.AsSpan(position * widthKv, tokens * widthKv), _row);
        for (var i = 0; i < tokens; i++)
        {
            var turns = Part(_turns, i, _model.HeadLength);
            Turn(Part(queries, i, layer.Query.Rows), layer.QueryNorm, turns);
            Turn(Part(newKeys, i, widthKv), layer.KeyNorm, turns);
            var seenKeys = keys.AsSpan(0, (position + i + 1) * widthKv);
            var seenValues = values.AsSpan(0, (position + i + 1) * widthKv);
            for (var head = 0; head < _model.Heads; head++)
            {
                var first = head / (_model.Heads / layer.HeadsKv) * _model.HeadLength;
                Attend(Part(Part(queries, i, layer.Query.Rows), head, _model.HeadLength), seenKeys[first..], seenValues[first..], widthKv,
                    Part(Part(attended, i, layer.Query.Rows), head, _model.HeadLength));
            }
        }
        Add(layer.Output, attended, states, tokens);
    }

    /// <summary>One head of one token: the mean of the values, weighted by how well their keys fit the query.</summary>
    private void Attend(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int stride, Span<float> result)
    {
        var seen = (keys.Length + stride - 1) / stride;
        var scale = 1 / MathF.Sqrt(query.Length);
        var scores = _scores.AsSpan(0, seen);
        for (var i = 0; i < seen; i++) scores[i] = FloatMath.Dot(query, keys.Slice(i * stride, query.Length)) * scale;
        FloatMath.Softmax(scores);
        result.Clear();
        for (var i = 0; i < seen; i++) FloatMath.AddScaled(result, scores[i], values.Slice(i * stride, query.Length));
    }

    private void Forward(ManagedLayer layer, Span<float> states, int tokens)
    {
        var gates = _gates.AsSpan(0, tokens * layer.Gate.Rows);
        var ups = _ups.AsSpan(0, tokens * layer.Gate.Rows);
        Norm(states, layer.ForwardNorm, tokens);
        layer.Gate.Multiply(_normed, tokens, gates, _row);
        layer.Up.Multiply(_normed, tokens, ups, _row);
        FloatMath.SwiGlu(gates, ups);
        Add(layer.Down, gates, states, tokens);
    }

    private void Norm(ReadOnlySpan<float> states, float[] weights, int tokens)
    {
        for (var i = 0; i < tokens; i++)
            FloatMath.RmsNorm(states.Slice(i * _model.Width, _model.Width), weights, _model.NormEpsilon, Part(_normed, i, _model.Width));
    }

    private void Turn(Span<float> heads, float[]? norm, ReadOnlySpan<float> turns)
    {
        for (var at = 0; at < heads.Length; at += _model.HeadLength)
        {
            var head = heads.Slice(at, _model.HeadLength);
            if (norm is not null) FloatMath.RmsNorm(head, norm, _model.NormEpsilon, head);
            _model.Rotation.Turn(head, turns);
        }
    }

    private void Add(WeightMatrix matrix, ReadOnlySpan<float> vectors, Span<float> states, int tokens)
    {
        matrix.Multiply(vectors, tokens, _normed, _row);
        FloatMath.AddScaled(states, 1, _normed);
    }

    private static Span<float> Part(Span<float> all, int index, int length) => all.Slice(index * length, length);
}
