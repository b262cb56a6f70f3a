using EdgeFleet.Service.Features.Devices;
using EdgeFleet.Service.Features.Reports;
using EdgeFleet.Service.Features.Waveforms;
using EdgeFleet.Service.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace EdgeFleet.Service.Web.Pages.Devices;

/// <summary>One captured vibration: its three axes, what is missing of them, and its files.</summary>
public sealed class CaptureModel(DeviceDirectory directory, Reports reports, Captures captures, TimeProvider time)
    : DeviceBase(directory, reports, time)
{
    /// <summary>The capture with its samples.</summary>
    public WaveformAnswer Waveform { get; private set; } = null!;

    /// <summary>Where its files are, less their endings.</summary>
    public string Address => $"/api/v1/devices/{View.Device.Id}/captures/{Waveform.Capture.Id}";

    /// <summary>Whether anything of it is missing.</summary>
    public bool HasHoles => !Waveform.Capture.Whole || Waveform.Capture.LostSamples != 0;

    public IActionResult OnGet(string id, string capture)
    {
        if (!Load(id))
            return NoDevice(id);
        Result<Waveform> found = captures.Find(id, capture);
        if (!found.Ok)
        {
            HttpContext.Items[ProblemWriting.Item] = found.Fault!.Detail;
            return NotFound();
        }
        Waveform = Captures.Answer(found.Value!);
        return Page();
    }
}
