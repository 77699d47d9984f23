namespace SwarmCompute.Inference.Tests;

/// <summary>
/// What a model in the form of Hugging Face's transformers means, computed from its weights in the plainest way: doubles, whole rows, the pairs
/// (i, i + half) of each head turned.
/// </summary>
internal sealed class HubReference(HubModel model, double ropeBase, Func<int, double> ropeDivisor)
{
    private const double Epsilon = 1e-5;

    /// <summary>The logits after the last token.</summary>
    public double[] Logits(int[] tokens)
    {
        var states = tokens.Select(token => Row("model.embed_tokens.weight", token, HubModel.Width)).ToArray();
        for (var layer = 0; layer < HubModel.Layers; layer++)
        {
            var at = $"model.layers.{layer}.";
            var normed = states.Select(state => Norm(state, at + "input_layernorm.weight")).ToArray();
            var (queries, keys, values) = (Heads(normed, at, "q", HubModel.Heads), Heads(normed, at, "k", HubModel.HeadsKv), Heads(normed, at, "v", HubModel.HeadsKv));
            for (var token = 0; token < tokens.Length; token++)
            {
                var attended = Enumerable.Range(0, HubModel.Heads).SelectMany(head => Attend(queries, keys, values, token, head)).ToArray();
                states[token] = Sum(states[token], Times(at + "self_attn.o_proj.weight", attended));
                var forward = Norm(states[token], at + "post_attention_layernorm.weight");
                var gate = Times(at + "mlp.gate_proj.weight", forward).Select(x => x / (1 + Math.Exp(-x)));
                states[token] = Sum(states[token], Times(at + "mlp.down_proj.weight", [.. gate.Zip(Times(at + "mlp.up_proj.weight", forward), (g, u) => g * u)]));
            }
        }
        return Times(model.TiedHead ? "model.embed_tokens.weight" : "lm_head.weight", Norm(states[^1], "model.norm.weight"));
    }

    private double[][][] Heads(double[][] normed, string at, string part, int heads) => [.. normed.Select((state, position) =>
    {
        var all = Times($"{at}self_attn.{part}_proj.weight", state);
        if (model.Weights.TryGetValue($"{at}self_attn.{part}_proj.bias", out var bias)) all = Sum(all, [.. bias.Select(b => (double)b)]);
        return all.Chunk(model.HeadLength).Select(head =>
        {
            if (model.Weights.ContainsKey($"{at}self_attn.{part}_norm.weight")) head = Norm(head, $"{at}self_attn.{part}_norm.weight");
            return part == "v" ? head : Turn(head, position);
        }).ToArray();
    })];

    private double[] Turn(double[] head, int position)
    {
        var (half, turned) = (head.Length / 2, new double[head.Length]);
        for (var i = 0; i < half; i++)
        {
            var angle = position * Math.Pow(ropeBase, -2.0 * i / head.Length) / ropeDivisor(i);
            turned[i] = head[i] * Math.Cos(angle) - head[i + half] * Math.Sin(angle);
            turned[i + half] = head[i + half] * Math.Cos(angle) + head[i] * Math.Sin(angle);
        }
        return turned;
    }

    private static double[] Attend(double[][][] queries, double[][][] keys, double[][][] values, int token, int head)
    {
        var (query, shared) = (queries[token][head], head / (HubModel.Heads / HubModel.HeadsKv));
        var scores = Enumerable.Range(0, token + 1).Select(seen => Math.Exp(Dot(query, keys[seen][shared]) / Math.Sqrt(query.Length))).ToArray();
        return [.. query.Select((_, i) => scores.Select((score, seen) => score / scores.Sum() * values[seen][shared][i]).Sum())];
    }

    private double[] Norm(double[] state, string weights)
    {
        var root = Math.Sqrt(Dot(state, state) / state.Length + Epsilon);
        return [.. state.Zip(model.Weights[weights], (x, w) => x / root * w)];
    }

    private double[] Times(string matrix, double[] vector) =>
        [.. Enumerable.Range(0, model.Weights[matrix].Length / vector.Length).Select(row => Dot(Row(matrix, row, vector.Length), vector))];

    private double[] Row(string matrix, int row, int columns) => [.. model.Weights[matrix].AsSpan(row * columns, columns).ToArray().Select(w => (double)w)];

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
