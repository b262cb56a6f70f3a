using EdgeFleet.Service.Hosting;
using EdgeFleet.Service.Storage;

namespace EdgeFleet.Service.Features.Waveforms;

/// <summary>Puts the waveform slice together.</summary>
internal static class WaveformSetup
{
    public static void AddWaveforms(this WebApplicationBuilder builder)
    {
        WaveformOptions options = builder.Settings().Waveforms;
        if (options.Fault() is { } fault)
            throw new StartupException("config-value", fault, "Correct the setting.");
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IWaveformStore>(provider => new SqliteWaveformStore(
            provider.GetRequiredService<DataFolder>().File("waveforms.db")));
        builder.Services.AddSingleton<Captures>();
        builder.Services.AddSingleton<WaveformRetention>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<WaveformRetention>());
    }
}
