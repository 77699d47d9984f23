namespace SwarmCompute.Inference;

/// <summary>
/// A request in numbers. Work is in mean layers, by the bytes that a token reads; seconds are those of one whole answer. Nodes are numbered by their ids.
/// </summary>
internal sealed class PlanCosts
{
    private readonly long[] _memory;
    private readonly double[] _work;
    private readonly double _headWork;
    private readonly long _tokens;

    public PlanCosts(PlanRequest request)
    {
        Request = request;
        Nodes = [.. request.Candidates.OrderBy(node => node.Node.Value, StringComparer.Ordinal)];
        var (model, layers) = (request.Model, request.Model.Layers.Length);
        _tokens = request.KvTokensMax;
        var mean = model.Layers.Average(layer => (double)layer.ActiveBytes);
        (_memory, _work) = (new long[layers + 1], new double[layers + 1]);
        for (var layer = 0; layer < layers; layer++)
        {
            _memory[layer + 1] = _memory[layer] + model.LayerMemory(layer, _tokens);
            _work[layer + 1] = _work[layer] + model.Layers[layer].ActiveBytes / mean;
        }
        _headWork = model.HeadBytes / mean;
        Rate = [.. Nodes.Select(node => request.PromptTokens / node.PrefillLayersPerSecond + (request.AnswerTokens - 1) / node.DecodeLayersPerSecond)];
        HeadSeconds = [.. Nodes.Select(node => request.AnswerTokens * _headWork / node.DecodeLayersPerSecond)];
        var number = Nodes.Select((node, at) => (node.Node, at)).ToDictionary(pair => pair.Node, pair => pair.at);
        (Wait, Send, Answer) = (new double[Nodes.Length, Nodes.Length], new double[Nodes.Length, Nodes.Length], new double[Nodes.Length, Nodes.Length]);
        foreach (var link in request.Links)
        {
            if (!number.TryGetValue(link.From, out var from) || !number.TryGetValue(link.To, out var to) || from == to) continue;
            Wait[from, to] = request.AnswerTokens * link.RoundTrip.TotalSeconds / 2;
            Send[from, to] = ((double)request.PromptTokens + request.AnswerTokens - 1) * model.HiddenBytes / link.BytesPerSecond;
            Answer[from, to] = (double)request.AnswerTokens * AnswerBytes / link.BytesPerSecond;
        }
    }

    /// <summary>The candidates that the last stage sends to the head.</summary>
    public static int AnswerBytes => BoundaryFrame.HeaderSize + sizeof(float) + 8 * Candidates.CountMax;

    public PlanRequest Request { get; }

    public PlanCandidate[] Nodes { get; }

    public int Layers => Request.Model.Layers.Length;

    /// <summary>Of a node: seconds for each mean layer.</summary>
    public double[] Rate { get; }

    /// <summary>Of a node: seconds of the output matrix.</summary>
    public double[] HeadSeconds { get; }

    /// <summary>From node to node: seconds on the way, in which nobody works.</summary>
    public double[,] Wait { get; }

    /// <summary>From node to node: seconds of sending hidden states.</summary>
    public double[,] Send { get; }

    /// <summary>From the last node to the head: seconds of sending candidates.</summary>
    public double[,] Answer { get; }

    public double Work(int first, int end) => _work[end] - _work[first];

    public double HeadWork => _headWork;

    public double Seconds(int node, int first, int end) =>
        Rate[node] * (_work[end] - _work[first]) + (end == Layers ? HeadSeconds[node] : 0);

    /// <summary>As <see cref="PlannedModel.StageMemory"/> has it.</summary>
    public long Memory(int first, int end) => _memory[end] - _memory[first] + Request.Model.BesideLayers(first, end, _tokens);

    public bool Fits(int node, int first, int end) => Memory(first, end) <= Nodes[node].MemoryBytes;

    /// <summary>What a stage is busy for: computing and sending.</summary>
    public double Busy(int node, int first, int end, int next) =>
        Seconds(node, first, end) + (end == Layers ? Answer[node, next] : Send[node, next]);
}
