using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>A proposal of who runs which layers of a model, in the order of the ring: the first is the head, and the last sends to it.</summary>
/// <param name="Stages">1 to 16.</param>
/// <param name="TokenTime">What one stream waits for a token: every stage's time and every hop.</param>
/// <param name="FirstTokenTime">What a client waits for the first token after a usual prompt, at most: as if its parts did not overlap on their way.</param>
/// <param name="AnswerTime">What a client waits for a whole answer.</param>
/// <param name="TokensPerSecond">Tokens of answers of many streams together, their prompts computed beside them: what the slowest stage allows, with the
/// time that it needs to send. No gain of batches is counted.</param>
public sealed record PipelinePlan(
    ImmutableArray<PlannedStage> Stages, TimeSpan TokenTime, TimeSpan FirstTokenTime, TimeSpan AnswerTime, double TokensPerSecond);
