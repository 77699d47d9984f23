namespace SwarmCompute.Client.Demo;

/// <summary>The silo that was killed.</summary>
/// <param name="Node">Its node's name.</param>
/// <param name="Pid">Its process.</param>
/// <param name="AtToken">How many tokens the client had.</param>
/// <param name="Slots">The stages that died with it.</param>
internal sealed record KilledSilo(string Node, int Pid, int AtToken, IReadOnlyList<int> Slots);
