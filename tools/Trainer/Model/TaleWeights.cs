using System.Collections.Immutable;
using SwarmCompute.Trainer.Maths;

namespace SwarmCompute.Trainer.Model;

/// <summary>One matrix (or, with one row, one vector) inside the flat block of weights.</summary>
/// <param name="Name">Its name in the GGUF file.</param>
/// <param name="Rows">Outputs; 1 for a vector.</param>
/// <param name="Columns">Inputs; contiguous in memory.</param>
/// <param name="Offset">Where it starts, in floats.</param>
internal sealed record WeightSlot(string Name, int Rows, int Columns, int Offset)
{
    public int Length => Rows * Columns;

    /// <summary>Norm gains are vectors: they start at one and are not decayed.</summary>
    public bool IsGain => Rows == 1;
}

/// <summary>All weights of a model in one block, and where each lies. Gradients and optimizer moments have the same layout.</summary>
internal sealed class TaleWeights : IDisposable
{
    private readonly Dictionary<string, WeightSlot> _byName;

    public TaleWeights(TaleShape shape)
    {
        Shape = shape;
        Slots = Layout(shape);
        _byName = Slots.ToDictionary(s => s.Name);
        Values = new Floats(Slots[^1].Offset + Slots[^1].Length);
    }

    public TaleShape Shape { get; }

    public ImmutableArray<WeightSlot> Slots { get; }

    public Floats Values { get; }

    public WeightSlot this[string name] => _byName[name];

    /// <summary>Normal numbers of deviation 0.02 (less where a block writes into the residual stream), and ones for gains.</summary>
    public void Initialise(int seed)
    {
        var random = new Random(seed);
        foreach (var slot in Slots)
        {
            var residual = slot.Name.Contains("output.", StringComparison.Ordinal) || slot.Name.Contains("ffn_down", StringComparison.Ordinal);
            var deviation = residual ? 0.02 / Math.Sqrt(2 * Shape.Layers) : 0.02;
            foreach (ref var value in Values.Span.Slice(slot.Offset, slot.Length))
                value = slot.IsGain ? 1f : (float)(deviation * Normal(random));
        }
    }

    public void Dispose() => Values.Dispose();

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static ImmutableArray<WeightSlot> Layout(TaleShape shape)
    {
        var slots = ImmutableArray.CreateBuilder<WeightSlot>();
        var offset = 0;
        void Add(string name, int rows, int columns)
        {
            slots.Add(new WeightSlot(name, rows, columns, offset));
            offset += rows * columns;
        }
        Add("token_embd.weight", shape.Vocabulary, shape.Width);
        for (var i = 0; i < shape.Layers; i++)
        {
            Add($"blk.{i}.attn_norm.weight", 1, shape.Width);
            Add($"blk.{i}.attn_q.weight", shape.Width, shape.Width);
            Add($"blk.{i}.attn_k.weight", shape.KvWidth, shape.Width);
            Add($"blk.{i}.attn_v.weight", shape.KvWidth, shape.Width);
            Add($"blk.{i}.attn_output.weight", shape.Width, shape.Width);
            Add($"blk.{i}.ffn_norm.weight", 1, shape.Width);
            Add($"blk.{i}.ffn_gate.weight", shape.FeedForward, shape.Width);
            Add($"blk.{i}.ffn_up.weight", shape.FeedForward, shape.Width);
            Add($"blk.{i}.ffn_down.weight", shape.Width, shape.FeedForward);
        }
        Add("output_norm.weight", 1, shape.Width);
        return slots.ToImmutable();
    }
}
