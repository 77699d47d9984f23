using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SwarmCompute.Inference;

namespace SwarmCompute.Guest.Planning;

/// <summary>
/// <c>plan-model FILE</c>: reads one JSON object (<see cref="PlanQuestion"/>) to the end of standard input, and says how the model is cut into stages and
/// what each must hold; where nodes are given, which of them run the stages, and what is to be expected. Prints one line of JSON:
/// <c>{"layers","memory"}</c>, with nodes also <c>{"nodes","tokenMs","firstTokenMs","tokensPerSecond","naive","distanceUnknown"}</c>, or
/// <c>{"error":"one line"}</c> with exit code 1.
/// </summary>
internal static class PlanModelCommand
{
    public const string Usage = "plan-model FILE";

    private const int ReasonsMax = 4;

    public static int Run(string file, Stream input)
    {
        try
        {
            return Say(0, Answer(file, PlanQuestion.Read(input)));
        }
        catch (Exception fault) when (fault is InvalidGgufException or InferenceException or FormatException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return Say(1, new JsonObject { ["error"] = fault.Message.ReplaceLineEndings(" ") });
        }
    }

    private static JsonObject Answer(string path, PlanQuestion question)
    {
        var file = GgufFile.Read(path);
        if (file.IsStage) throw new InferenceException($"{path} is a stage; give the whole model's file.");
        var model = PlannedModel.Of(file);
        return question.Nodes is { } nodes ? Plan(model, question, nodes) : Cut(model, question);
    }

    private static JsonObject Cut(PlannedModel model, PlanQuestion question)
    {
        if (question.Stages > model.Layers.Length) throw new InferenceException($"The model has {model.Layers.Length} layers; give 1 to {model.Layers.Length} stages.");
        var ranges = question.Stages is { } stages ? StageCut.Balanced(model, stages) : StageCut.Of(question.Layers, model.Layers.Length);
        return Describe(ranges, [.. ranges.Select(range => model.StageMemory(range, question.KvTokens))]);
    }

    private static JsonObject Plan(PlannedModel model, PlanQuestion question, ImmutableArray<PlanNode> nodes)
    {
        var request = new PlanRequest
        {
            Model = model,
            Sessions = question.Sessions,
            ContextTokens = question.ContextTokens,
            KvTokens = question.KvTokens,
            Candidates = [.. nodes.Select(node => PlanEstimates.Candidate(model, node.Id, node.MemoryBytes, node.BytesPerSecond, node.OperationsPerSecond))],
            Links = PlanEstimates.Links([.. nodes.Select(node => (node.Id, node.Position))]),
            Aim = question.Aim,
            PromptTokens = question.PromptTokens,
            AnswerTokens = question.AnswerTokens,
        };
        var outcome = PipelinePlanner.Plan(request);
        if (outcome is PlanOutcome.Refused refused) throw new InferenceException(Refusal(refused));
        var plan = ((PlanOutcome.Planned)outcome).Plan;
        var answer = Describe(plan);
        answer["naive"] = PipelinePlanner.Naive(request, plan.Stages.Length) is { } naive ? Describe(naive) : null;
        answer["distanceUnknown"] = new JsonArray([.. nodes.Where(node => node.Position is not { IsKnown: true }).Select(node => (JsonNode)node.Id.Value)]);
        return answer;
    }

    private static JsonObject Describe(PipelinePlan plan)
    {
        var described = Describe([.. plan.Stages.Select(stage => stage.Layers)], [.. plan.Stages.Select(stage => stage.MemoryBytes)]);
        described["nodes"] = new JsonArray([.. plan.Stages.Select(stage => (JsonNode)stage.Node.Value)]);
        described["tokenMs"] = plan.TokenTime.TotalMilliseconds;
        described["firstTokenMs"] = plan.FirstTokenTime.TotalMilliseconds;
        described["tokensPerSecond"] = plan.TokensPerSecond;
        return described;
    }

    private static JsonObject Describe(ImmutableArray<LayerRange> ranges, ImmutableArray<long> memory) => new()
    {
        ["layers"] = new JsonArray([.. ranges.Select(range => (JsonNode)range.Count)]),
        ["memory"] = new JsonArray([.. memory.Select(bytes => (JsonNode)bytes)]),
    };

    private static string Refusal(PlanOutcome.Refused refused)
    {
        if (refused.Reasons.IsEmpty) return $"There is no node. {refused.Cure}";
        var reasons = refused.Reasons.Take(ReasonsMax).Select(why => $"{why.Node}: {why.Reason}");
        var more = refused.Reasons.Length > ReasonsMax ? $"; and {refused.Reasons.Length - ReasonsMax} more" : "";
        return $"These {refused.Reasons.Length} nodes do not hold the model: {string.Join("; ", reasons)}{more}. {refused.Cure}";
    }

    private static int Say(int exitCode, JsonObject line)
    {
        Console.Out.WriteLine(line.ToJsonString());
        return exitCode;
    }
}
