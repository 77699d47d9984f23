// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Clock} from "./Clock.sol";
import {Guarded} from "./Guarded.sol";

/// @title The measurements of guests and nodes that may get leases
/// @notice A measurement is admitted after a delay and for a time, and revoked at once and for ever. Every change counts the policy up.
contract MeasurementRegistry is Guarded {
    enum Platform {
        Development,
        Tdx,
        SevSnp,
        Sgx,
        Cca,
        Gpu
    }

    struct Measurement {
        Platform platform;
        bool revoked;
        uint64 validFrom;
        uint64 validUntil;
        bytes32 releaseHash;
    }

    /// @notice Seconds from a proposal until the measurement is valid. 0 is for development chains; in production 48 hours or more.
    uint64 public immutable ADD_DELAY;

    /// @notice The number of changes so far.
    uint32 public policyVersion;

    mapping(bytes32 measurement => Measurement) private _measurements;

    event MeasurementProposed(bytes32 indexed measurement, Platform platform, bytes32 releaseHash, uint64 validFrom, uint64 validUntil);
    event MeasurementRevoked(bytes32 indexed measurement);
    event PolicyChanged(address indexed actor, uint32 policyVersion);

    error NotOnThisChain(Platform platform, uint256 chainId);
    error NeverValid(uint64 validFrom, uint64 validUntil);
    error AlreadyProposed(bytes32 measurement);
    error AlreadyRevoked(bytes32 measurement);
    error UnknownMeasurement(bytes32 measurement);

    /// @param owner_ Who proposes.
    /// @param guardian_ Who may revoke, besides the owner.
    /// @param addDelay Seconds from a proposal until it is valid; 0 only on development chains.
    constructor(address owner_, address guardian_, uint64 addDelay) Guarded(owner_, guardian_) {
        ADD_DELAY = addDelay;
    }

    /// @notice Admits a measurement from the end of the delay on. One that has lapsed may be proposed again, one that was revoked never.
    /// @param measurement The digest that the platform's evidence shows.
    /// @param platform Whose evidence; Development only on the chain ids 31337 and 1337.
    /// @param releaseHash The hash of the release that it was built from.
    /// @param validUntil From when it gets no new lease, in seconds since 1970.
    function propose(bytes32 measurement, Platform platform, bytes32 releaseHash, uint64 validUntil) external onlyOwner {
        if (platform == Platform.Development && block.chainid != 31337 && block.chainid != 1337) {
            revert NotOnThisChain(platform, block.chainid);
        }
        Measurement storage known = _measurements[measurement];
        if (known.revoked) revert AlreadyRevoked(measurement);
        if (known.validUntil > Clock.timeNow()) revert AlreadyProposed(measurement);
        uint64 validFrom = Clock.timeNow() + ADD_DELAY;
        if (validUntil <= validFrom) revert NeverValid(validFrom, validUntil);

        _measurements[measurement] =
            Measurement({platform: platform, revoked: false, validFrom: validFrom, validUntil: validUntil, releaseHash: releaseHash});
        emit MeasurementProposed(measurement, platform, releaseHash, validFrom, validUntil);
        _changed();
    }

    /// @notice Gives a measurement no new lease, at once and for ever. Leases that exist go on.
    /// @param measurement A measurement that was proposed.
    function revoke(bytes32 measurement) external onlyGuardian {
        Measurement storage known = _measurements[measurement];
        if (known.validFrom == 0) revert UnknownMeasurement(measurement);
        if (known.revoked) revert AlreadyRevoked(measurement);
        known.revoked = true;
        emit MeasurementRevoked(measurement);
        _changed();
    }

    /// @notice Whether a measurement may get a new lease now.
    /// @param measurement The measurement.
    function isActive(bytes32 measurement) external view returns (bool) {
        Measurement storage known = _measurements[measurement];
        uint64 timeNow = Clock.timeNow();
        return !known.revoked && known.validFrom != 0 && known.validFrom <= timeNow && timeNow < known.validUntil;
    }

    /// @notice What is known of a measurement; one that was never proposed has validFrom 0.
    /// @param measurement The measurement.
    function measurementOf(bytes32 measurement) external view returns (Measurement memory) {
        return _measurements[measurement];
    }

    function _changed() private {
        emit PolicyChanged(msg.sender, ++policyVersion);
    }
}
