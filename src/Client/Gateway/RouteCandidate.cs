namespace SwarmCompute.Client.Gateway;

/// <summary>What is known of a replica when a request is routed.</summary>
/// <param name="IsUsable">Whether it has a head that is ready and is not left alone.</param>
/// <param name="InFlight">Answers that this gateway waits for there, from 0.</param>
/// <param name="Given">Requests that this gateway has given to it since it began.</param>
/// <param name="BlocksSeen">Blocks of the prompt, from its beginning on, that it has seen lately.</param>
internal readonly record struct RouteCandidate(bool IsUsable, int InFlight, long Given, int BlocksSeen);
