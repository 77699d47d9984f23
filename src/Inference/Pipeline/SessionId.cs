namespace SwarmCompute.Inference;

/// <summary>Names a session for as long as the order lives: a head numbers its own, and a later head has a higher epoch.</summary>
/// <param name="HeadEpoch">The epoch of the head that opened it.</param>
/// <param name="Number">The head's number for it, from 1.</param>
internal readonly record struct SessionId(uint HeadEpoch, uint Number);
