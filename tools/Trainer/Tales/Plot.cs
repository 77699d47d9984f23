using System.Collections.Immutable;

namespace SwarmCompute.Trainer.Tales;

/// <summary>The course of a kind of story: what a listener may ask for, and the beats in order, as <see cref="Template"/> text.</summary>
/// <param name="Topic">Ends "tell me a story about ...".</param>
/// <param name="Beats">One or more sentences each; each follows from the one before.</param>
internal sealed record Plot(string Topic, ImmutableArray<string> Beats);
