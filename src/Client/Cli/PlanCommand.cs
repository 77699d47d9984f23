using System.CommandLine;
using SwarmCompute.Client.Demo;
using SwarmCompute.Client.Planning;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm plan</c>: which nodes would run a model best, with which layers, and what to give <c>swarm manifest</c> for it.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var swarm = CommonOptions.Swarm();
        var model = new Option<string>("--model") { Description = "the GGUF model", Required = true };
        var context = new Option<int>("--context") { Description = "tokens of prompt and answer together", DefaultValueFactory = _ => 2048 };
        var sessions = new Option<int>("--sessions") { Description = "answers that are generated at once", DefaultValueFactory = _ => Manifest.SessionsDefault };
        var kvTokens = new Option<long?>("--kv-tokens") { Description = "tokens of prompts and answers that all sessions hold together; default: --sessions times --context" };
        var aim = new Option<string>("--aim") { Description = "latency (the shortest answer) or throughput (the most tokens a second of many streams)", DefaultValueFactory = _ => "latency" };
        var prompt = new Option<int>("--prompt-tokens") { Description = "tokens of a usual prompt", DefaultValueFactory = _ => 512 };
        var answer = new Option<int>("--answer-tokens") { Description = "tokens of a usual answer", DefaultValueFactory = _ => 256 };
        var nodes = new Option<string?>("--nodes") { Description = "a JSON file that describes the nodes (docs/pipelines.md); default: those of the swarm" };
        var json = new Option<bool>("--json") { Description = "one JSON object on standard output" };
        aim.AcceptOnlyFromAmong("latency", "throughput");
        var command = new Command("plan", "Says which nodes would run a model best, with which layers, and how fast.") { swarm, model, context, sessions, kvTokens, aim, prompt, answer, nodes, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var root = RepositoryRoot.Find();
            var file = ModelFile.Find(parsed.GetRequiredValue(model), root);
            var choice = parsed.GetValue(nodes) is { } path ? PlanNodes.Read(path) : await Ask(parsed.Read(swarm), cancel);
            var question = new PlanQuestion(parsed.GetRequiredValue(sessions), parsed.GetRequiredValue(context))
            {
                KvTokens = parsed.GetValue(kvTokens),
                Aim = parsed.GetRequiredValue(aim),
                PromptTokens = parsed.GetRequiredValue(prompt),
                AnswerTokens = parsed.GetRequiredValue(answer),
                Nodes = choice.Usable,
            };
            var plan = await ModelPlan.Ask(root, file, question, cancel);
            if (parsed.GetValue(json)) Console.WriteLine(PlanText.Json(plan, question, choice));
            else foreach (var line in PlanText.Lines(plan, question, choice)) Console.WriteLine(line);
        });
        return command;
    }

    private static async Task<PlanNodes> Ask(SwarmFile swarm, CancellationToken cancel)
    {
        using var client = swarm.Connect();
        return PlanNodes.Of((await client.GetSwarm(cancel)).Nodes);
    }
}
