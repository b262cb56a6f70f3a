using System.Security.Cryptography;
using EdgeFleet.Contracts;
using Microsoft.AspNetCore.DataProtection;

namespace EdgeFleet.Service.Features.Provisioning;

/// <summary>Makes keys, and encrypts them for the database.</summary>
public sealed class KeyVault(IDataProtectionProvider protection)
{
    private readonly IDataProtector _devices = protection.CreateProtector("EdgeFleet.DeviceKeys.v1");
    private readonly IDataProtector _enrolments = protection.CreateProtector("EdgeFleet.EnrolmentSecrets.v1");

    private readonly IDataProtector _routes = protection.CreateProtector("EdgeFleet.AlertRouteSecrets.v1");

    internal static byte[] NewKey() => RandomNumberGenerator.GetBytes(Limits.KeyBytes);

    internal string ProtectDevice(byte[] key) => Convert.ToBase64String(_devices.Protect(key));

    internal byte[] OpenDevice(string key) => _devices.Unprotect(Convert.FromBase64String(key));

    internal string ProtectEnrolment(byte[] secret) => Convert.ToBase64String(_enrolments.Protect(secret));

    internal string ProtectRoute(byte[] secret) => Convert.ToBase64String(_routes.Protect(secret));

    internal byte[] OpenRoute(string secret) => _routes.Unprotect(Convert.FromBase64String(secret));

    internal byte[] OpenEnrolment(string secret) => _enrolments.Unprotect(Convert.FromBase64String(secret));
}
