namespace SwarmCompute.Trainer.Learning;

/// <summary>Rises in a straight line, then falls along half a cosine to a twentieth.</summary>
internal static class LearningRate
{
    public const float Peak = 2e-3f;
    private const float Floor = Peak / 20;
    private const double RisingSteps = 150;

    /// <param name="step">Steps done.</param>
    /// <param name="progress">Share of the whole run done, 0 to 1.</param>
    public static float At(int step, double progress) =>
        step < RisingSteps
            ? (float)(Peak * (step + 1) / RisingSteps)
            : (float)(Floor + ((Peak - Floor) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1)))));
}
