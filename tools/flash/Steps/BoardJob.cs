using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFleet.Contracts;
using EdgeFleet.Flash.Boards;
using EdgeFleet.Flash.Nanoff;
using EdgeFleet.Flash.Profiles;

namespace EdgeFleet.Flash.Steps;

/// <summary>What one board is to become.</summary>
/// <param name="Port">Where it is.</param>
/// <param name="Kind">What it is to be.</param>
/// <param name="Board">Which board it is said to be; null: what its chip tells.</param>
/// <param name="Name">What people are to call it; null: its device id.</param>
/// <param name="Again">Whether a board that is a device already may be made anew.</param>
internal sealed record BoardJob(
    string Port, NodeKind Kind, Board? Board, Profile Profile, DeployImage Image, string? Name, bool Again,
    double? Latitude = null, double? Longitude = null)
{
    /// <summary>
    /// What a step is done with, so that a run that comes back knows whether it still holds. Secrets go in under the claim's
    /// own secret: from what is kept nobody can try passwords.
    /// </summary>
    public string InputOf(Step step, Board board, ChipDetails chip) => step switch
    {
        Step.Runtime => $"{board.Target} {Profile.RuntimeVersion}".Trim(),
        Step.Image => $"{Image.Digest} 0x{board.Chip.DeployAddress:X}",
        Step.ReadBack => Image.Digest,
        Step.Network => Keyed(JsonSerializer.SerializeToUtf8Bytes(Profile.Network)),
        Step.Files => Keyed([.. Profile.Settings.For(board, chip), .. Profile.Authority ?? []]),
        _ => Profile.Settings.Enrolment,
    };

    private string Keyed(byte[] bytes) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Profile.Settings.SecretBytes, (byte[])[.. Encoding.ASCII.GetBytes("edgefleet-flash\n"), .. bytes]));
}
