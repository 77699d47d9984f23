namespace SwarmCompute.Chain;

/// <summary>A model, a data set or an engine that an order uses.</summary>
/// <param name="Offer">The offer.</param>
/// <param name="Version">Which of its versions, from 1.</param>
public readonly record struct AssetUse(OfferId Offer, uint Version);
